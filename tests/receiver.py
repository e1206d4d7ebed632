"""A receiver of webhooks in this process: it keeps what came, and answers as it is told."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Listens until it is stopped; `status` is what it answers with."""

    def __init__(self):
        self.status = 204
        self.arrived = []
        self.refused = 0
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.changed:
                    if receiver.status < 300:
                        receiver.arrived.append((dict(self.headers.items()), body))
                    else:
                        receiver.refused += 1
                    receiver.changed.notify_all()
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listening.server_port}/events"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def events(self, count, seconds=30):
        """The bodies of the first `count` deliveries; waits for them."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while len(self.arrived) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{len(self.arrived)} of {count} events arrived"
                self.changed.wait(left)
            return [json.loads(body) for _, body in self.arrived]

    def wait_refused(self, count, seconds=30):
        """Waits until so many deliveries were turned away."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while self.refused < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{self.refused} of {count} deliveries were tried"
                self.changed.wait(left)

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()


def is_signed(headers, body, secret):
    """Whether a delivery carries the signature of the Standard Webhooks specification."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    code = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()
