"""What each service is told, and on which port it listens."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from pictopy_local.services import ALL, BACKEND, UI, ServiceSpec, Wiring, environment
from pictopy_local.stack import choose_ports

WIRING = Wiring(
    nats_url="nats://127.0.0.1:4222",
    nats_token="n",
    token="t",
    ports={spec.name: spec.default_port for spec in ALL},
    dsn={spec.name: f"postgresql://pictopy_{spec.name}@/pictopy" for spec in BACKEND if spec.has_database},
    data_root=Path("/data"),
)


def named(name: str) -> ServiceSpec:
    return next(spec for spec in ALL if spec.name == name)


def test_each_service_gets_its_own_role_and_folder() -> None:
    """No service is told another's database role."""
    env = environment(named("cluster"), WIRING, {})
    assert env["CLUSTER_POSTGRES_DSN"].startswith("postgresql://pictopy_cluster@")
    assert env["CLUSTER_DATA_DIR"] == "/data/cluster"
    assert not [key for key in env if key.endswith("_POSTGRES_DSN") and not key.startswith("CLUSTER_")]


def test_services_know_their_neighbours() -> None:
    """Vision finds ingest and its previews; the pages find every service."""
    vision = environment(named("vision"), WIRING, {})
    assert vision["PICTOPY_INGEST_URL"] == "http://127.0.0.1:8701"
    assert vision["VISION_PREVIEWS_DIR"] == "/data/ingest/previews"
    ui = environment(UI, WIRING, {})
    assert {f"PICTOPY_{spec.name.upper()}_URL" for spec in BACKEND} <= ui.keys()


def test_the_users_settings_are_passed_on_with_care() -> None:
    """The models' mirror reaches the services; other PICTOPY_ variables would be misread by them and do not."""
    env = environment(named("vision"), WIRING, {"PICTOPY_MODELS_MIRROR": "/m", "PICTOPY_PORT": "1", "HOME": "/h"})
    assert env["PICTOPY_MODELS_MIRROR"] == "/m"
    assert env["HOME"] == "/h"
    assert "PICTOPY_PORT" not in env


def test_a_taken_port_is_replaced_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others keep their ports, no two are equal, and a line says which one moved."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PICTOPY_FIRST_PORT", str(port))
        said: list[str] = []
        ports = choose_ports(ALL, said.append)
    assert ports["ui"] != port
    assert len(set(ports.values())) == len(ALL)
    assert any(f"port {port} is taken: ui listens on {ports['ui']}" in line for line in said)


def test_services_may_only_answer() -> None:
    """For a look at a stopped stack they are told to work on nothing; else nobody says so."""
    assert environment(named("ingest"), replace(WIRING, is_quiet=True), {})["PICTOPY_IS_QUIET"] == "1"
    assert "PICTOPY_IS_QUIET" not in environment(named("ingest"), WIRING, {"PICTOPY_IS_QUIET": "1"})
