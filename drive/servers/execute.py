"""Executes the scripts that a drive's report prints, and sees that they show what the report says.

    python execute.py REPORT.json URL KEY [MOST]

Each finding's curl lines, and of the first MOST (8) of each class the Python script as well, are run against the server
at URL, which had better be a fresh one. What the report says of an answer (`200 object=refund amount=1001`) or of an
object (`charge.amount_refunded 1300`) must be in what the script printed. Needs bash, curl, jq and the `stripe` package.
Ends with 1 where a script fails, or does not show it.
"""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

OBJECT = re.compile(r"(payment_intent|charge|refund|setup_intent)\.([a-z_.]+) (.+?)(?=, (?:payment_intent|charge|refund|setup_intent)\.|$)")


def documents(text):
    """Everything in the text that reads as a JSON object."""
    decoder, found, place = json.JSONDecoder(), [], text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
            found.append(value)
        except ValueError:
            end = place + 1
        place = text.find("{", end)
    return found


def objects(value):
    """Every object in a document, however deep."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def like(shown, said):
    return shown is not None and (shown if isinstance(shown, str) else json.dumps(shown)) == said.strip('"')


def expected(finding):
    """What the report says was seen: a status, fields of one answer, fields of objects by kind."""
    said = finding["server"]
    if finding.get("race"):
        # Not every race is lost; what is answered each time is what makes it one.
        return None
    if match := re.match(r"(\d{3})( |$)", said):
        fields = re.findall(r"(?:^| )([a-z_]+)=(\S+)", said)
        return ("answer", match.group(1), fields)
    fields = [(kind, path, value) for kind, path, value in OBJECT.findall(said)]
    if fields and not any(value in ("nothing", "is not") or "…" in value or value.startswith("an ") for *_, value in fields):
        return ("shown", None, fields)
    return None


def shows(want, output):
    kind, status, fields = want
    found = [inner for document in documents(output) for inner in objects(document)]
    if kind == "answer":
        has_status = re.search(rf"(^| ){status}( |$)", output, re.M) is not None
        # What an answer says is in one object.
        return has_status and (not fields or any(all(like(it.get(name), value) for name, value in fields) for it in found))
    return all(
        any(it.get("object") == kind and like(inner(it, path), value) for it in found) for kind, path, value in fields
    )


def inner(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def run(command, script, surroundings):
    try:
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, timeout=120, env=surroundings, check=False
        )
    except subprocess.TimeoutExpired:
        return "", "did not end in two minutes"
    output = done.stdout + "\n" + done.stderr
    return output, None if done.returncode == 0 else f"ended with {done.returncode}"


def execute(finding, surroundings, with_python):
    """What is wrong with the scripts of a finding, and how many of them were looked at for what they show."""
    wrong, looked = [], 0
    want = expected(finding)
    scripts = [("curl", ["bash", "-s"], "set -uo pipefail\n" + finding["curl"])]
    if with_python:
        scripts.append(("python", [sys.executable, "-"], finding["python"]))
    for name, command, script in scripts:
        output, failed = run(command, script, surroundings)
        if name == "curl" and failed and not re.search(r"unbound variable|command not found|syntax error|curl: \(", output):
            failed = None
        if not failed and want:
            looked += 1
            failed = None if shows(want, output) else f"does not show {finding['server']}"
        if failed:
            wrong.append(f"{finding['number']} {name} {failed}: {finding['headline']}\n{script}\n{output[-1500:]}")
    return wrong, len(scripts), looked


def main():
    path, url, key = sys.argv[1:4]
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 8
    with open(path, encoding="utf-8") as file:
        findings = [it for it in json.load(file)["findings"] if it["class"] != "choice"]
    surroundings = {**os.environ, "API": url, "KEY": key}
    seen, chosen = {}, []
    for finding in findings:
        place = seen[finding["class"]] = seen.get(finding["class"], 0) + 1
        chosen.append((finding, place <= most))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda it: execute(it[0], surroundings, it[1]), chosen))
    wrong = [text for texts, _, _ in results for text in texts]
    for text in wrong:
        print(text, file=sys.stderr)
    ran, looked = sum(count for _, count, _ in results), sum(count for _, _, count in results)
    print(f"{ran} scripts of {len(findings)} findings executed, {looked} of them compared with the report, {len(wrong)} wrong")
    sys.exit(1 if wrong or (findings and not looked) else 0)


main()
