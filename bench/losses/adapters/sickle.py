"""sickle as a process of its own: lists all records and prints their identifiers as JSON lines, with its retries on."""
import json
import sys

from sickle import Sickle

sickle = Sickle(sys.argv[1], max_retries=5, retry_status_codes=[500, 502, 503, 504, 429], timeout=20)
for record in sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=False):
    print(json.dumps({"identifier": record.header.identifier}), flush=True)
