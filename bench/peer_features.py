"""The peer of bench/features.ts: writes features with h5py and reads them at random. One request a line on stdin.

Needs `pip install h5py numpy`, and pyarrow for the Parquet part; never a dependency of the package.
"""
import json
import os
import resource
import sys
import time

import h5py
import numpy as np

ROWS, WIDTH = 49, 2048
random = np.random.default_rng(1)
split = None


def name(i):
    return f"COCO_train2014_{i:012d}"


def some_features():
    """Like those of a ReLU: half zeros."""
    return np.maximum(random.standard_normal((ROWS, WIDTH), dtype=np.float32), 0).astype(np.float16)


def write_hdf5(folder, count):
    os.makedirs(f"{folder}/files")
    with h5py.File(f"{folder}/split.h5", "w") as whole:
        for i in range(count):
            features = some_features()
            whole.create_dataset(f"{name(i)}/features", data=features)
            with h5py.File(f"{folder}/files/{name(i)}.h5", "w") as one:
                one.create_dataset(f"{name(i)}/features", data=features)


def write_parquet(file, count):
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for start in range(0, count, 100):
        values = np.concatenate([some_features().reshape(-1) for _ in range(100)])
        ends = pa.array(np.arange(0, values.size + 1, ROWS * WIDTH, dtype=np.int32))
        lists = pa.ListArray.from_arrays(ends, pa.array(values))
        table = pa.table({"image_id": [name(start + i) for i in range(100)], "features": lists})
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()


def read(folder, kind, dtype, ids):
    global split
    if kind == "split" and split is None:
        split = h5py.File(f"{folder}/split.h5", "r")
    start = time.process_time()
    for i in ids:
        if kind == "split":
            features = split[f"{name(i)}/features"][()]
        else:
            with h5py.File(f"{folder}/files/{name(i)}.h5", "r") as one:
                features = one[f"{name(i)}/features"][()]
        if dtype == "float32":
            features = features.astype(np.float32)
    return time.process_time() - start


for line in sys.stdin:
    ask = json.loads(line)
    answer = {}
    if ask["do"] == "hdf5":
        write_hdf5(ask["folder"], ask["count"])
    elif ask["do"] == "parquet":
        write_parquet(ask["file"], ask["count"])
    else:
        answer["seconds"] = read(ask["folder"], ask["kind"], ask["dtype"], ask["ids"])
    answer["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(answer), flush=True)
