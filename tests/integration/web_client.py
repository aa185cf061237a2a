# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that sends requests through proxies and counts those that fail.

It runs in a container. Its environment says through which proxies (PROXIES), how many requests a
second through each (RATE), and how it uses connections (CONNECTIONS): see `KINDS`.
"""

from __future__ import annotations

#: Each request on a new connection; all of a worker on one, with streams and upgraded connections
#: beside them; or all of a worker on one of HTTP/2, without TLS.
KINDS = NEW, KEPT, HTTP2 = "new", "kept", "http2"

#: Has of `http.client.HTTPConnection` what the program uses.
_HTTP2 = """
import socket

class Http2Connection:
    def __init__(self, proxy, port, timeout):
        import h2.config, h2.connection
        self.proxy, self.status = proxy, 0
        self.peer = socket.create_connection((proxy, port), timeout)
        raw = h2.config.H2Configuration(header_encoding=None)
        self.state = h2.connection.H2Connection(raw)
        self.state.initiate_connection()

    def request(self, method, path):
        names = ":method", ":path", ":scheme", ":authority"
        headers = list(zip(names, (method, path, "http", self.proxy)))
        self.stream = self.state.get_next_available_stream_id()
        self.state.send_headers(self.stream, headers, end_stream=True)
        self.peer.sendall(self.state.data_to_send())

    def getresponse(self):
        from h2.events import DataReceived, ResponseReceived, StreamEnded
        from h2.events import ConnectionTerminated, StreamReset
        while True:
            data = self.peer.recv(65536)
            if not data:
                raise ConnectionError("closed without a response")
            events = self.state.receive_data(data)
            for event in events:
                if isinstance(event, ResponseReceived):
                    self.status = int(dict(event.headers)[b":status"])
                elif isinstance(event, DataReceived):
                    length = event.flow_controlled_length
                    self.state.acknowledge_received_data(length, event.stream_id)
                elif isinstance(event, (StreamReset, ConnectionTerminated)):
                    raise ConnectionError(str(event))
            self.peer.sendall(self.state.data_to_send())
            if any(isinstance(event, StreamEnded) for event in events):
                return self

    def read(self):
        pass

    def close(self):
        self.peer.close()
"""

#: Waits until each proxy answers.
_AWAIT = """
import http.client, os, time

kind = os.environ["CONNECTIONS"]
connect = Http2Connection if kind == "http2" else http.client.HTTPConnection

for proxy in os.environ["PROXIES"].split():
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = connect(proxy, 80, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                break
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit("%s does not answer" % proxy)
        time.sleep(0.2)
"""

#: Sends requests at a rate to each proxy; every 50th takes long.
_SEND = """
import collections, http.client, json, os, signal, socket, threading, time

proxies, rate, workers = os.environ["PROXIES"].split(), int(os.environ["RATE"]), 12
failed, sent, cut = collections.Counter(), collections.Counter(), collections.Counter()
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())

def ask(proxy, number):
    count, due, connection = 0, time.monotonic() + number / rate, None
    while not stopped.is_set():
        due += workers / rate
        time.sleep(max(0, due - time.monotonic()))
        count += 1
        work = "slow" if count % 50 == 0 else "quick"
        try:
            connection = connection or connect(proxy, 80, timeout=10)
            path = "/%s/%s/%d/%d" % (proxy, work, number, count)
            connection.request("POST" if count % 2 else "GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failed["%s: %d" % (proxy, answer.status)] += 1
            is_done = kind == "new"
        except Exception as error:
            failed["%s: %r" % (proxy, error)] += 1
            is_done = True
        if is_done and connection:
            connection.close()
            connection = None
        sent[proxy] += 1

def read_streams(proxy, length):
    count = 0
    while not stopped.is_set():
        count += 1
        connection = http.client.HTTPConnection(proxy, 80, timeout=10)
        try:
            connection.request("GET", "/%s/stream/%s/%d" % (proxy, length, count))
            answer, lines = connection.getresponse(), 0
            while answer.readline() and not (length == "endless" and stopped.is_set()):
                lines += 1
            if length == "short" and (answer.status, lines) != (200, 15):
                failed["%s: stream: %d after %d" % (proxy, answer.status, lines)] += 1
            if length == "endless" and not stopped.is_set():
                cut[proxy] += 1
        except Exception as error:
            if length == "short":
                failed["%s: stream: %r" % (proxy, error)] += 1
            else:
                cut[proxy] += 1
        connection.close()
        if length == "short":
            sent[proxy] += 1

def talk(proxy):
    while not stopped.is_set():
        try:
            with socket.create_connection((proxy, 80), timeout=10) as peer:
                peer.sendall(b"GET /talk HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\n"
                             b"Upgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n"
                             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
                answers = peer.makefile("rb")
                status = answers.readline()
                assert b" 101 " in status, status
                while answers.readline().strip():
                    pass
                for _ in range(15):
                    peer.sendall(b"ping\\n")
                    assert answers.readline() == b"ping\\n", "no echo"
                    time.sleep(0.1)
        except Exception as error:
            failed["%s: talk: %r" % (proxy, error)] += 1
            time.sleep(0.1)

work = [(ask, proxy, number) for proxy in proxies for number in range(workers)]
if kind == "kept":
    work += [(read_streams, proxy, length) for proxy in proxies for length in ("short", "endless")]
    work += [(talk, proxy) for proxy in proxies]
threads = [threading.Thread(target=each[0], args=each[1:]) for each in work]
for thread in threads:
    thread.start()
print("ready", flush=True)
stopped.wait()
for thread in threads:
    thread.join()
print(json.dumps({"sent": sent, "failed": failed, "cut": cut}))
"""

PROGRAM = _HTTP2 + _AWAIT + _SEND
