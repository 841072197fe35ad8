"""`invoke/by-boto3.py <url> <region> <body file>`: for each line of milliseconds that comes in, invokes for
so long, one after the other, and prints the microseconds of CPU that an invocation took."""

import sys
import time

import boto3
from botocore.config import Config

url, region, path = sys.argv[1:]
with open(path, "rb") as file:
    body = file.read()
client = boto3.client(
    "sagemaker-runtime",
    endpoint_url=url,
    region_name=region,
    aws_access_key_id="AKIDBENCH",
    aws_secret_access_key="bench",
    config=Config(retries={"total_max_attempts": 1}),
)
print("ready", flush=True)
for line in sys.stdin:
    until = time.monotonic() + float(line) / 1_000
    started = time.process_time()
    count = 0
    while time.monotonic() < until:
        answer = client.invoke_endpoint(
            EndpointName="bench", ContentType="text/csv", Accept="text/csv", Body=body
        )
        answer["Body"].read()
        count += 1
    print((time.process_time() - started) * 1e6 / count, flush=True)
