"""Whether the service in this container answers; quick to start, since it runs again and again."""

import os
import socket
import sys

with socket.create_connection(("127.0.0.1", int(os.environ["PICTOPY_PORT"])), timeout=3) as line:
    line.sendall(f"GET {os.environ['PICTOPY_HEALTH']} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    sys.exit(b" 200 " not in line.recv(64))
