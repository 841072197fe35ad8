"""export-peer.py FOLDER none|all: the same with pandas; numbers as it reads and prints them itself."""

import json
import resource
import sys
import time

import pandas

folder, join = sys.argv[1:]
began, began_cpu = time.perf_counter(), time.process_time()
scored = pandas.read_csv(f"{folder}/predictions.csv", float_precision="round_trip")
scored["Binary Classification"] = (scored["Prediction"] > 0.5).astype(int)
if join == "all":
    features = pandas.read_csv(f"{folder}/features.csv", dtype=str, na_filter=False)
    scored = pandas.concat([features, scored], axis=1)
scored.to_csv(f"{folder}/pandas-{join}.csv", index=False)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - began,
            "cpuSeconds": time.process_time() - began_cpu,
            "memoryMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
