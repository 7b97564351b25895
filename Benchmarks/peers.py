"""One threshold rule over one file, by Fenghuo and by its peers; `make bench-peers` installs these and runs it.

The rule: red from 50 on, over again below 40, for each subject. Every one must find the same alarms, or the run fails.
Each reads the same NDJSON; those with a socket get it in messages of 100 lines from a process of its own over ZeroMQ.
"""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

import orjson
import zmq

EVENTS = int(os.environ.get("EVENTS", "1000000"))
SUBJECTS = 4096
BATCH = 100  # lines in a message, as `fenghuo send` sends
ENTER, CLEAR = 50.0, 40.0
LONGEST = 600  # seconds until a run counts as failed
ROOT = pathlib.Path(__file__).resolve().parent.parent
FENGHUO = ROOT / ".build/release/fenghuo"


def write_events(path):
    """Readings every ten seconds of 4,096 subjects; about one in 500 rises over 50 and falls again with the next one."""
    with open(path, "w") as file:
        for number in range(EVENTS):
            subject, turn = number % SUBJECTS, number // SUBJECTS
            value = 55.0 if (subject * 31 + turn * 17) % 500 == 0 else 5 + (number * 7919 % 250) / 10
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1782864000 + 10 * turn))
            file.write(
                f'{{"id":"e{number}","subject":"RQ-{subject:04}","area":"320213","metric":"gas.lel",'
                f'"value":{value},"unit":"%LEL","time":"{moment}Z"}}\n'
            )


def step(firing, value):
    """Whether the alarm fires after the reading, and whether it was raised by it."""
    after = value >= ENTER or (firing and value >= CLEAR)
    return after, after and not firing


def apply(lines, state):
    raised = 0
    for line in lines.splitlines():
        event = orjson.loads(line)
        subject = event["subject"]
        state[subject], rose = step(state.get(subject, False), event["value"])
        raised += rose
    return raised


def messages(path):
    with open(path, "rb") as file:
        lines = file.readlines()
    return [b"".join(lines[at : at + BATCH]) for at in range(0, len(lines), BATCH)]


def worker(endpoint, journal):
    """The plain worker: takes messages, and where a journal is named commits them to SQLite before it looks at them."""
    socket = zmq.Context().socket(zmq.PULL)
    socket.bind(endpoint)
    database = None
    if journal:
        database = sqlite3.connect(journal, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE entry(position INTEGER PRIMARY KEY, body BLOB)")
    state, seen, raised = {}, 0, 0
    while seen < EVENTS:
        taken = [socket.recv()]
        while len(taken) < 64 and socket.poll(0):
            taken.append(socket.recv())
        if database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO entry(body) VALUES(?)", [(body,) for body in taken])
            database.execute("COMMIT")
        for body in taken:
            raised += apply(body, state)
            seen += body.count(b"\n")
    print(raised)


def push(endpoint, path):
    socket = zmq.Context().socket(zmq.PUSH)
    socket.connect(endpoint)
    for body in messages(path):
        socket.send(body)
    socket.close()
    zmq.Context.instance().term()


def flow(path):
    from bytewax import operators as op
    from bytewax.connectors.files import FileSource
    from bytewax.dataflow import Dataflow
    from bytewax.outputs import DynamicSink, StatelessSinkPartition
    from bytewax.testing import cluster_main

    raised = [0]

    class Count(StatelessSinkPartition):
        def write_batch(self, items):
            raised[0] += len(items)

    class Counter(DynamicSink):
        def build(self, _step_id, _worker_index, _worker_count):
            return Count()

    def mapper(firing, event):
        return step(firing or False, event["value"])

    stream = Dataflow("peers")
    lines = op.input("lines", stream, FileSource(path, batch_size=BATCH))
    events = op.map("events", lines, orjson.loads)
    keyed = op.key_on("subject", events, lambda event: event["subject"])
    levels = op.stateful_map("ladder", keyed, mapper)
    op.output("count", op.filter("raised", levels, lambda pair: pair[1]), Counter())
    cluster_main(stream, [], 0)
    print(raised[0])


def python(path, journal, directory):
    endpoint = f"ipc://{directory}/{'journal' if journal else 'plain'}"
    begun = time.monotonic()
    taker = subprocess.Popen([sys.executable, __file__, "worker", endpoint, journal], stdout=subprocess.PIPE)
    sender = subprocess.Popen([sys.executable, __file__, "push", endpoint, path])
    raised = int(taker.communicate(timeout=LONGEST)[0])
    took = time.monotonic() - begun
    sender.wait(timeout=LONGEST)
    return raised, took


def bytewax(path):
    begun = time.monotonic()
    done = subprocess.run([sys.executable, __file__, "flow", path], stdout=subprocess.PIPE, check=True, timeout=LONGEST)
    return int(done.stdout), time.monotonic() - begun


def settings(directory):
    rules = pathlib.Path(directory) / "rules/gas"
    rules.mkdir(parents=True)
    (rules / "peers.yml").write_text(
        "id: peers\ntitle: {zh: 对比, en: Peers}\ndomain: gas\nowner: {lead: bench}\n"
        'input: {type: reading, metric: gas.lel, unit: "%LEL"}\nvalue: value\n'
        f"levels: {{red: {{at: {ENTER}, clear: {CLEAR}, cite: bench}}}}\n"
    )
    (pathlib.Path(directory) / "registry").mkdir()
    config = pathlib.Path(directory) / "fenghuo.yml"
    config.write_text(
        f"data: {directory}/data\nrules: {directory}/rules\nregistry: {directory}/registry\n"
        f"metrics: {ROOT}/catalogue/metrics.yml\nclock: events\nmax_step: 30d\n"
        + "".join(f"{name}: ipc://{directory}/{name}\n" for name in ["ingest", "feed", "history", "control"])
    )
    return config


def fenghuo(path, directory):
    """Through the sockets and the journal: until everything is acknowledged, and applied and its alarms stored."""
    config = settings(directory)
    platform = subprocess.Popen(
        [FENGHUO, "run", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        platform.stdout.readline()  # the endpoints: every socket is open
        begun = time.monotonic()
        subprocess.run(
            [FENGHUO, "send", path, "--to", f"ipc://{directory}/ingest", "--batch", str(BATCH)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LONGEST,
        )
        while True:
            shown = subprocess.run(
                [FENGHUO, "status", "--control", f"ipc://{directory}/control", "--format", "json"], stdout=subprocess.PIPE
            )
            status = json.loads(shown.stdout)
            if status["storeApplied"] + 1 >= status["journalNext"]:
                break
        took = time.monotonic() - begun
        socket = zmq.Context().socket(zmq.REQ)
        socket.connect(f"ipc://{directory}/history")
        raised, since, more = 0, 0, True
        while more:
            socket.send_json({"since": since, "topics": ["alarm/domain/"]})
            page = socket.recv_json()
            raised += sum(notice["transition"] == "raised" for notice in page["notices"])
            since, more = page["next"], page["more"]
        return raised, took
    finally:
        platform.terminate()
        platform.wait(timeout=60)


def replay(path, directory):
    begun = time.monotonic()
    done = subprocess.run(
        [FENGHUO, "replay", path, "--rules", f"{directory}/rules", "--registry", f"{directory}/registry", "--metrics",
         f"{ROOT}/catalogue/metrics.yml"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True, timeout=LONGEST,
    )
    return done.stdout.count("raised"), time.monotonic() - begun


def main():
    with tempfile.TemporaryDirectory(prefix="fenghuo-peers-", dir=ROOT / ".build") as directory:
        path = f"{directory}/events.ndjson"
        write_events(path)
        state = {}
        expected = sum(apply(body, state) for body in messages(path))
        print(f"{EVENTS} events, {os.path.getsize(path) // EVENTS} bytes each, {expected} alarms;")
        print("starts of senders and workers included, that of the platform not\n")
        runs = [
            ("fenghuo run: socket, journal on disk, engine, alert store", lambda: fenghuo(path, directory)),
            ("fenghuo replay: file, engine", lambda: replay(path, directory)),
            ("pyzmq + orjson worker, nothing kept", lambda: python(path, "", directory)),
            ("the same, each message in SQLite before it counts", lambda: python(path, f"{directory}/w.sqlite", directory)),
            ("Bytewax flow over the file, nothing kept", lambda: bytewax(path)),
        ]
        rates = []
        for name, run in runs:
            raised, took = run()
            if raised != expected:
                sys.exit(f"{name} found {raised} alarms, {expected} are right")
            rates.append((name, EVENTS / took))
        ran, replayed = rates[0][1], rates[1][1]
        print("| what | events/s | fenghuo run is so many times as fast | fenghuo replay, of the same file |\n|---|---|---|---|")
        for name, rate in rates:
            print(f"| {name} | {rate / 1000:.0f} k | {ran / rate:.1f} | {replayed / rate:.1f} |")


if __name__ == "__main__":
    match sys.argv[1:]:
        case []: main()
        case ["worker", endpoint, journal]: worker(endpoint, journal)
        case ["push", endpoint, path]: push(endpoint, path)
        case ["flow", path]: flow(path)
