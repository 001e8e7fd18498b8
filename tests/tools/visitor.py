"""A visitor without a browser: speaks Gradio's queue protocol as the page's JavaScript does."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
from gradio_client.utils import apply_diff

API = "/gradio_api"
PATIENCE_S = 600


class QueueFull(Exception):
    """The server takes no further requests; the page says so, and the visitor asks again."""


class Refused(Exception):
    """The server answered with an error."""


class Wires:
    """What /config says of the page: components by element id, and the events that a visitor needs."""

    def __init__(self, config: dict):
        self.events = config["dependencies"]
        self.first = {part["id"]: part["props"].get("value") for part in config["components"]}
        self.ids = {
            part["props"]["elem_id"]: part["id"] for part in config["components"] if part["props"].get("elem_id")
        }
        shown = {self.ids[name] for name in ("viewer", "status", "measures", "compress-measures")}
        (self.answer,) = (event for event in self.events if event["queue"] and shown <= set(event["outputs"]))
        targets = self.answer["targets"]
        mine = [event for event in self.events if event["targets"] == targets and event["backend_fn"]]
        (self.take,) = (event for event in mine if not event["outputs"])
        self.number = self.take["inputs"][1]
        self.choose, self.upload = self.on("examples", "select"), self.on("upload", "upload")
        self.asked = self.choose["inputs"][0]

    def on(self, name: str, kind: str) -> dict:
        """The event of a component by element id."""
        return next(event for event in self.events if [self.ids[name], kind] in event["targets"])

    def tabs(self, name: str) -> list[str]:
        """The keys of the tabs whose open one stands in this textbox."""
        openers = [event for event in self.events if event["outputs"] == [self.ids[name]] and event["js"]]
        return [event["js"].split("'")[1] for event in openers]


@dataclass
class Visitor:
    """One session: the values that its browser would hold, by element id, and the number of its requests."""

    address: str
    wires: Wires
    values: dict[str, object] = field(default_factory=dict)
    requests: int = 0
    asked: int = 0

    def __post_init__(self):
        self.session = uuid.uuid4().hex[:12]
        self.http = httpx.Client(base_url=self.address, timeout=PATIENCE_S)

    def choose_example(self, index: int) -> None:
        """Click on a thumbnail."""
        chosen = {"index": index, "value": None, "selected": True}
        self.asked = self._call(self.wires.choose, [self.asked], chosen)[1]

    def upload(self, name: str, content: bytes) -> None:
        """Drop a picture on the field for it."""
        sent = self.http.post(f"{API}/upload", files={"files": (name, content, "image/png")})
        file = {"path": sent.raise_for_status().json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        wires, known = self.wires, self.wires.first | {self.wires.ids["upload"]: file, self.wires.asked: self.asked}
        *_, outputs = self._queued(wires.upload, [known.get(part) for part in wires.upload["inputs"]])
        self.asked = outputs[wires.upload["outputs"].index(wires.asked)]

    def ask(self) -> Iterator[dict[int, object]]:
        """Ask for an answer: each value as it comes, by the ids of the components; the last one twice."""
        self.change_mind()
        held = {self.wires.ids[name]: value for name, value in self.values.items()} | {self.wires.number: self.requests}
        inputs = [held.get(part, self.wires.first.get(part)) for part in self.wires.answer["inputs"]]
        for values in self._queued(self.wires.answer, inputs):
            yield dict(zip(self.wires.answer["outputs"], values, strict=True))

    def change_mind(self) -> None:
        """Tell the server that there is a newer request: what still runs stops at its next step."""
        self.requests += 1
        self._call(self.wires.take, [None, self.requests])

    def fetch(self, file: dict) -> bytes:
        """A file that a value refers to."""
        return self.http.get(f"{API}/file={file['path']}").raise_for_status().content

    def _body(self, event: dict, data: list, event_data: object = None) -> dict:
        trigger = event["targets"][0][0]
        return {
            "data": data, "fn_index": event["id"], "session_hash": self.session, "event_data": event_data,
            "trigger_id": trigger,
        }  # fmt: skip

    def _call(self, event: dict, data: list, event_data: object = None) -> list:
        """An event outside the queue."""
        reply = self.http.post(f"{API}/run/predict", json=self._body(event, data, event_data))
        if reply.status_code != 200:
            raise Refused(f"{event['api_name']}: {reply.status_code} {reply.text[:200]}")
        return reply.json()["data"]

    def _queued(self, event: dict, data: list) -> Iterator[list]:
        """An event in the queue: the values of its outputs, after each step and at the end."""
        joined = self.http.post(f"{API}/queue/join", json=self._body(event, data))
        if joined.status_code == 503:
            raise QueueFull(joined.json()["detail"])
        job, values = joined.raise_for_status().json()["event_id"], None
        with self.http.stream("GET", f"{API}/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("event_id") not in (job, None):
                    continue
                if message.get("success") is False:
                    raise Refused(f"{event['api_name']}: {message.get('output') or message.get('message')}")
                if message.get("msg") == "process_generating":
                    sent = message["output"]["data"]
                    values = sent if values is None else list(map(apply_diff, values, sent))
                    yield values
                if message.get("msg") == "process_completed":
                    yield message["output"]["data"]
                    return
        raise Refused(f"{event['api_name']}: the stream ended before the answer")
