"""requests.py DIR: what the phases of a rehearsal asked of the cloud, and how long they waited, as a table in Markdown.

"As the original" is what the original plugin does as well; "waiting" is polling a server's status; "further" is what this
program does beyond it: the network of the run's own, the objects of generated content, baselines, the comparison of key
pair, rules and floating IP, the removal of these three, a look before and after each removal, and the services' releases.
"""
import datetime
import itertools
import json
import os
import re
import sys

FURTHER = [
    r"/v2\.0/(networks|subnets|routers|ports/)",
    r"HEAD /v1/",  # create's baseline, delete's looks
    r"GET /v2\.1/os-keypairs/",
    r"(GET|DELETE) /v2\.0/(floatingips|security-groups)/",
    r"DELETE /v2\.1/os-keypairs/",
    r"GET /v3/(users|projects)/",
    r"GET (/|/v3/?|/v2\.1/?|/v2\.0/extensions\?.*)$",  # what the services tell of their release
]
PHASES = ["create", "verify-pre-upgrade", "verify-post-upgrade", "delete"]


def moment(text):
    whole, _, part = text.rstrip("Z").partition(".")
    return datetime.datetime.fromisoformat(whole + "." + (part + "000000")[:6]).timestamp()


class Phase:
    def __init__(self, folder, name):
        with open(os.path.join(folder, name + ".requests.jsonl")) as lines:
            self.requests = [json.loads(line) for line in lines]
        self.name, self.original, self.further, self.polls, self.waited = name, 0, 0, 0, 0.0
        objects = set()
        for request in self.requests:
            path = request["method"] + " " + re.sub(r"^[a-z]+://[^/]*", "", request["url"])
            stored = re.match(r"(PUT|GET|DELETE) (/v1/[^/]+/[^/?]+/.*)", path)
            if stored:
                objects.add(stored[2])
            poll = re.match(r"GET /v2\.1/servers/[^/]+$", path) is not None
            request["poll"] = poll
            if poll:
                self.polls += 1
            elif stored and len(objects) > 1 or any(re.match(r"(\w+ )?" + f, path) for f in FURTHER):
                self.further += 1
            else:
                self.original += 1
        for server in {(r["caller"], r["url"]) for r in self.requests if r["poll"]}:
            own = [r for r in self.requests if r["caller"] == server[0] and "/servers" in r["url"]]
            for polling, run in itertools.groupby(own, lambda r: r["poll"]):
                run = list(run)
                if polling and len(run) > 1:
                    self.waited += moment(run[-1]["time"]) + run[-1]["duration_ms"] / 1000 - moment(run[0]["time"])

    def row(self, seconds):
        return "| %s | %d | %d | %d | %d | %.1f | %.1f |" % (
            self.name, len(self.requests), self.original, self.polls, self.further, seconds, self.waited)


def main(folder):
    with open(os.path.join(folder, "results.json")) as file:
        runs = {run["label"]: run for run in json.load(file)["runs"]}
    print("| phase | requests | as the original | polls of the server | further | seconds from first request to last answer | of these waiting for the server |")
    print("|---|---|---|---|---|---|---|")
    for name in PHASES:
        if not os.path.exists(os.path.join(folder, name + ".requests.jsonl")):
            continue
        phase = Phase(folder, name)
        began = min(moment(r["time"]) for r in phase.requests)
        ended = max(moment(r["time"]) + r["duration_ms"] / 1000 for r in phase.requests)
        if name in runs:
            ended = max(ended, moment(runs[name]["end"]))
        print(phase.row(ended - began))


if __name__ == "__main__":
    main(sys.argv[1])
