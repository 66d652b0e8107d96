#!/usr/bin/env python3
"""Checks a proof of Holdfast without Holdfast: check-proof.py proof.json feed.jsonl export.jsonl
(holdfast prove; holdfast feed; holdfast export --format jsonl --all-versions). See docs/proof-format.md."""
import hashlib, json, sys
differences = []
def expect(holds, what): None if holds else differences.append(what)
def sha(text): return hashlib.sha256(text.encode("utf-8")).hexdigest()
def compact(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
def escaped(text): return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
def state(changes):  # of one record: the last change of each version; none counts until a later change names one
    rows = {change["version"]: change for change in changes}
    if None in rows and any(c["version"] is not None and c["seq"] > rows[None]["seq"] for c in changes): del rows[None]
    return sorted(rows.values(), key=lambda row: (row["version"] or "").encode())
def day(rows):  # says in which window a record belongs: of the row without a version, else of the greatest
    digits = lambda row: (row["version"] or "").lstrip("0")
    return max(rows, key=lambda row: (row["version"] is None, len(digits(row)), digits(row)))["datestamp"][:10]
def tally(records):
    rows = [(id, row) for id, rows in records for row in rows]
    text = "".join(f"{escaped(id)}\t{escaped(r['version'] or '')}\t{r['hash']}\t{r['hashVersion']}\n" for id, r in rows)
    ids = [id for id, rows in records] or [None]
    return {"records": len(records), "rows": len(rows), "firstId": ids[0], "lastId": ids[-1], "hash": sha(text)}
proof = json.load(open(sys.argv[1], encoding="utf-8"))
expect(proof.pop("digest") == sha(compact(proof)), "the proof was changed")
n, prefix, seq, before, last, numbered, seen = proof["feed"]["seq"], hashlib.sha256(), 0, {}, {}, {}, {}
for number, line in enumerate(open(sys.argv[2], "rb"), 1):
    change = json.loads(line)
    record = (change["source"], change["id"])
    expect(change["seq"] == number, f"line {number} of the feed has seq {change['seq']}")
    if number <= n: prefix.update(line); before.setdefault(record, []).append(change)
    if change["version"] is not None: numbered[record] = number
    last[record + (change["version"],)] = change
expect(prefix.hexdigest() == proof["feed"]["sha256"], f"the feed up to {n} has another hash")
for line in open(sys.argv[3], encoding="utf-8", newline="\n"):
    paper = json.loads(line)
    key, inside = (paper["source"], paper["id"], paper["version"]), dict(paper)
    change, before_it, seq = last.get(key, {"datestamp": ""}), seq, paper["seq"]
    same = all(inside.pop(name) == change.get(name) for name in ("seq", "source", "hash", "hashVersion"))
    expect(same and seq > before_it and inside.pop("datestamp") >= change["datestamp"], f"{key} is not as in the feed")
    expect(seq > n or sha(compact(inside)) == paper["hash"], f"{key} was changed")
    seen[key] = seq
for source in proof["sources"]:
    records = [(key[1], state(changes)) for key, changes in before.items() if key[0] == source["id"]]
    records.sort(key=lambda record: record[0].encode())
    for key, row in [((source["id"], id, row["version"]), row) for id, rows in records for row in rows]:
        since = last[key]["seq"] > n or row["version"] is None and numbered.get(key[:2], 0) > n
        expect(since or seen.get(key) == row["seq"], f"{key} is missing in the export")
    for told in [dict(source["all"], stream="all", **{"from": "", "to": "~"})] + source["windows"]:
        own = [r for r in records if told["stream"] != "pubs" and told["from"] <= day(r[1]) < told["to"]]
        expect(all(told[k] == v for k, v in tally(own).items()), f"{source['id']} {told['stream']} {told['from']} differs")
sys.exit("\n".join(differences) or print(f"OK: {n} changes, {len(seen)} rows"))
