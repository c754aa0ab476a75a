"""What every service counts; `/metrics` shows it in Prometheus' format."""

from prometheus_client import Counter, Gauge, Histogram

handled = Counter("pictopy_messages_total", "Messages settled", ["durable", "outcome"])
handling_s = Histogram(
    "pictopy_handling_seconds", "Time a handler took", ["durable"], buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600)
)
in_work = Gauge("pictopy_messages_in_work", "Messages being handled now", ["durable"])
