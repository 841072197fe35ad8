"""export/peer.py FOLDER none|all [LEDGER-URL JOB]: the same with pandas.

With a ledger it reads the predictions out of the parts, by boto3 and numpy; else out of a file. Numbers are as it
prints them itself.
"""

import json
import re
import sys
import time

import boto3
import numpy
import pandas

PARTITIONS = 16
folder, join, *ledger = sys.argv[1:]
if ledger:
    url, job = ledger
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    client = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=url, **keys)
    # A first call, which nobody is charged for.
    client.get_item(TableName="ledger", Key={"PK": {"S": f"JOB#{job}"}, "SK": {"S": "META"}})


def read_parts():
    parts = []
    for n in range(PARTITIONS):
        key = {":partition": {"S": f"JOB#{job}#PART#{n}"}}
        condition = {"KeyConditionExpression": "PK = :partition", "ExpressionAttributeValues": key}
        for page in client.get_paginator("query").paginate(TableName="ledger", Limit=1000, **condition):
            for part in page["Items"]:
                floats = numpy.frombuffer(part["predictions"]["B"], "<f4")
                parts.append((int(part["rowStart"]["N"]), floats))
    parts.sort(key=lambda part: part[0])
    return pandas.DataFrame({"Prediction": numpy.concatenate([floats for _, floats in parts]).astype("f8")})


def peak_memory_kb():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])


def export_once():
    began, began_cpu = time.perf_counter(), time.process_time()
    scored = read_parts() if ledger else pandas.read_csv(f"{folder}/predictions.csv", float_precision="round_trip")
    scored["Binary Classification"] = (scored["Prediction"] > 0.5).astype(int)
    if join == "all":
        features = pandas.read_csv(f"{folder}/features.csv", dtype=str, na_filter=False)
        scored = pandas.concat([features, scored], axis=1)
    scored.to_csv(f"{folder}/{'pandas' if ledger else 'pandas-text'}-{join}.csv", index=False)
    return time.perf_counter() - began, time.process_time() - began_cpu


seconds, cpu_seconds = export_once()
memory_mb = peak_memory_kb() / 1024
again, _ = export_once()
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "memoryMb": memory_mb, "secondsAgain": again}))
