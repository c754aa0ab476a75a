"""Take out of a folder of installed packages what a running service never reads.

slim.py SITE. Tests, headers, type stubs, and of a few large packages the parts that PictoPy has no use for: files of
the lists below, and the libraries of `STUBS`, which are replaced by empty ones. docs/decisions/0013 says why.
"""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

UNREAD = ("**/tests", "**/test", "**/*.pyi", "**/*.pyx", "**/*.pxd", "**/*.pxi", "**/*.h", "**/*.hpp", "**/*.a", "bin")

UNUSED = (
    # ONNX Runtime: its tools for training machines, and the library for C programs; Python has its own.
    "onnxruntime/transformers",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/capi/libonnxruntime.so*",
    # Arrow: servers, clouds and query plans. Streamlit turns tables into bytes with it, no more.
    "pyarrow/libarrow_flight*",
    "pyarrow/libarrow_python_flight*",
    "pyarrow/libarrow_substrait*",
    "pyarrow/libarrow_s3*",
    "pyarrow/_flight*",
    "pyarrow/_substrait*",
    "pyarrow/_s3fs*",
    "pyarrow/src",
)

STUBS = {
    "cv2/cv2.abi3.so": ("libopenblas", "libavcodec", "libavformat", "libavutil", "libswscale"),
}
"""OpenCV: reading videos and large systems of equations. It asks for these libraries by name, so an empty one stands
in for each; a call into it ends the process with a message instead of a wrong result."""

OPENCV_LOST = (
    "VideoCapture VideoWriter videoio_registry SVDecomp SVBackSubst PCACompute PCACompute2 PCAProject PCABackProject "
    "solve invert eigen eigenNonSymmetric calibrateCamera estimateAffine2D estimateAffinePartial2D "
    "estimateAffine3D findHomography solvePnP fitEllipse dnn ml gemm"
)
"""What may need them and so must not be called by a service. A test reads their source for it."""

ONLY_THEY_NEED = (
    "libgfortran*", "libquadmath*", "libswresample*", "libvpx*", "libcrypto*", "libssl*", "libdrm*",
)  # fmt: skip

CALL = {"x86_64": "call abort@plt", "aarch64": "bl abort"}


def remove(site: Path, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        for path in list(site.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def symbols(library: Path, *options: str) -> set[str]:
    """`name` or `name@VERSION` of the dynamic symbols."""
    nm = ["nm", "--dynamic", "--format=just-symbols", "--with-symbol-versions", *options, str(library)]
    listed = subprocess.run(nm, check=True, capture_output=True, text=True)  # noqa: S603  # the build stage's own lister of symbols
    return {line.replace("@@", "@") for line in listed.stdout.split()}


def replace_by_stub(user: Path, library: Path) -> None:
    """`library` becomes one that has the symbols that `user` wants of it, under the same versions, and nothing else."""
    wanted = sorted(symbols(user, "--undefined-only") & symbols(library, "--defined-only"))
    names = [symbol.partition("@")[0] for symbol in wanted]
    versions: dict[str, list[str]] = {}
    for symbol in wanted:
        name, _, version = symbol.partition("@")
        versions.setdefault(version, []).append(name)
    source = "".join(f".globl {name}\n.type {name}, %function\n{name}: {CALL[platform.machine()]}\n" for name in names)
    script = "".join(
        f"{version} {{ global: {'; '.join(those)}; }};\n" for version, those in versions.items() if version
    )
    assembly, linking = library.with_suffix(".s"), library.with_suffix(".map")
    assembly.write_text(f".text\n{source}", encoding="ascii")
    linking.write_text(script or "{ global: *; };\n", encoding="ascii")
    object_file = library.with_suffix(".o")
    link = ["ld", "-shared", "-z", "noexecstack", "-soname", library.name, "--version-script", str(linking)]
    for command in (
        ["as", "-o", str(object_file), str(assembly)],
        [*link, "-o", str(library), str(object_file)],
    ):
        subprocess.run(command, check=True)  # noqa: S603  # the build stage's own assembler and linker
    for leftover in (assembly, linking, object_file):
        leftover.unlink()


def main(site: Path) -> None:
    remove(site, (*UNREAD, *UNUSED))
    for user, libraries in STUBS.items():
        if (site / user).exists():
            folder = site / "opencv_python_headless.libs"
            for library in libraries:
                replace_by_stub(site / user, next(folder.glob(f"{library}[-p]*")))
            remove(folder, ONLY_THEY_NEED)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
