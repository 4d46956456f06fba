"""A model behind the UM-Bridge protocol, in plain Python: python3 server.py [PORT]

'decay' takes [log amplitude, log rate] to amplitude * exp(-rate * t) at twelve times, with its
gradient. The package umbridge writes the protocol for you; it is spelt out here to show how little
there is to it.
"""

import http.server
import json
import math
import sys

TIMES = [0.25 * (i + 1) for i in range(12)]


def evaluate(x):
    return [math.exp(x[0] - math.exp(x[1]) * t) for t in TIMES]


def gradient(x, sens):
    y = evaluate(x)
    return [
        sum(s * v for s, v in zip(sens, y)),
        sum(-s * v * math.exp(x[1]) * t for s, v, t in zip(sens, y, TIMES)),
    ]


def answer(path, body):
    if path == "/Info":
        return {"protocolVersion": 1.0, "models": ["decay"]}
    if path == "/ModelInfo":
        return {"support": {"Evaluate": True, "Gradient": True, "ApplyJacobian": False, "ApplyHessian": False}}
    if path == "/InputSizes":
        return {"inputSizes": [2]}
    if path == "/OutputSizes":
        return {"outputSizes": [len(TIMES)]}
    if path == "/Evaluate":
        return {"output": [evaluate(body["input"][0])]}
    if path == "/Gradient":
        return {"output": gradient(body["input"][0], body["sens"])}
    return {"error": {"type": "UnsupportedFeature", "message": path}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for an answer: two would wait for each other

    def do_GET(self):
        self.reply({})

    def do_POST(self):
        self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def reply(self, body):
        result = answer(self.path, body)
        text = json.dumps(result).encode()
        self.send_response(400 if "error" in result else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4242
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
