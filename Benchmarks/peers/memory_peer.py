"""The peers that `thinnai bench memory --peer PYTHON` is measured against: SQLite's FTS5, sqlite-vec, numpy and hnswlib.

Reads a question file (folder with texts and vectors, queries with their true nearest ten), prints JSON. One thread; CPU time
beside wall time. What others use is put together the plain way: ranked text, exact and graph vectors, and the two fused by
rank. Needs numpy; sqlite-vec (with pysqlite3-binary where Python's own SQLite loads no extensions) and hnswlib are measured
where they are installed. hnswlib builds for minutes, so it is left out
above 250,000 memories.
"""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy

try:
    # a build that loads extensions, where the interpreter's own does not
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

question = json.load(open(sys.argv[1]))
folder, width = question["folder"], 384
vectors = numpy.fromfile(os.path.join(folder, "vectors.f32"), dtype=numpy.float32).reshape(-1, width)
texts = open(os.path.join(folder, "texts"), encoding="utf-8").read().split("\n")[:-1]
count = len(vectors)
queries = [(one["text"], numpy.array(one["vector"], dtype=numpy.float32), set(one["best"])) for one in question["queries"]]


def measure(run):
    """Median and p95 of CPU and wall time in milliseconds, and how many of the true ten were found."""
    wall, cpu, right = [], [], 0
    for turn, (text, vector, best) in enumerate(queries[:5] + queries):
        began, spent = time.perf_counter(), time.process_time()
        found = run(text, vector)
        if turn >= 5:
            wall.append((time.perf_counter() - began) * 1e3)
            cpu.append((time.process_time() - spent) * 1e3)
            right += len(best & set(found[:10]))
    row = {}
    for name, values in (("cpu", cpu), ("wall", wall)):
        values.sort()
        row[name + "_p50_ms"] = round(values[len(values) // 2], 3)
        row[name + "_p95_ms"] = round(values[min(len(values) - 1, int(len(values) * 0.95))], 3)
    return row, round(right / (len(queries) * min(10, count)), 4)


def near(_, vector):
    likeness = vectors @ vector
    few = numpy.argpartition(-likeness, min(50, count - 1))[:50]
    return few[numpy.argsort(-likeness[few])].tolist()


answer = {"versions": {"sqlite": sqlite3.sqlite_version, "numpy": numpy.__version__}}
row, recall = measure(near)
answer["numpy_exact"] = {**row, "recall@10": recall}

store = sqlite3.connect(os.path.join(folder, "peer.db"), isolation_level=None)
store.execute("PRAGMA journal_mode = WAL")
store.execute("PRAGMA synchronous = FULL")
store.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'porter unicode61')")
began = time.process_time()
store.execute("BEGIN")
store.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
store.execute("COMMIT")
added = time.process_time() - began


def ranked(text, _):
    match = " OR ".join(f'"{word}"' for word in text.split())
    return [row[0] for row in store.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 50", (match,))]


def fused(text, vector):
    score = {}
    for found in (ranked(text, vector), near(text, vector)):
        for rank, number in enumerate(found):
            score[number] = score.get(number, 0) + 1 / (60 + rank)
    return sorted(score, key=score.get, reverse=True)


answer["fts5"] = {**measure(ranked)[0], "add_per_s_cpu": round(count / added)}
answer["fts5_and_numpy"] = measure(fused)[0]

# One turn after another, each on the disk before the next: what a writer that waits for its own commit gets.
began = time.perf_counter()
for number in range(2_000):
    store.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (count + number, texts[number % count]))
answer["fts5"]["durable_per_s"] = round(2_000 / (time.perf_counter() - began))

try:
    import sqlite_vec

    store.enable_load_extension(True)
    sqlite_vec.load(store)
    store.execute(f"CREATE VIRTUAL TABLE meanings USING vec0(vector float[{width}] distance_metric=cosine)")
    began = time.process_time()
    store.execute("BEGIN")
    store.executemany(
        "INSERT INTO meanings (rowid, vector) VALUES (?, ?)", ((n, vectors[n].tobytes()) for n in range(count))
    )
    store.execute("COMMIT")
    added = time.process_time() - began
    row, recall = measure(
        lambda _, vector: [
            row[0]
            for row in store.execute(
                "SELECT rowid FROM meanings WHERE vector MATCH ? AND k = 10 ORDER BY distance", (vector.tobytes(),)
            )
        ]
    )
    answer["versions"]["sqlite-vec"] = store.execute("SELECT vec_version()").fetchone()[0]
    answer["sqlite_vec"] = {**row, "recall@10": recall, "add_per_s_cpu": round(count / added)}
except (ImportError, AttributeError) as error:
    answer["sqlite_vec"] = {"left_out": str(error)}

leaving = [(number,) for number in range(question["leaving"])]
began = time.perf_counter()
store.execute("BEGIN")
store.executemany("DELETE FROM words WHERE rowid = ?", leaving)
if "recall@10" in answer["sqlite_vec"]:
    store.executemany("DELETE FROM meanings WHERE rowid = ?", leaving)
store.execute("COMMIT")
answer["forget_rows_s"] = round(time.perf_counter() - began, 3)

try:
    import hnswlib

    if count > 250_000:
        raise ImportError("more than 250,000 memories")
    graph = hnswlib.Index(space="cosine", dim=width)
    graph.init_index(max_elements=count, M=16, ef_construction=100)
    graph.set_num_threads(1)
    began = time.process_time()
    graph.add_items(vectors, num_threads=1)
    added = time.process_time() - began
    graph.set_ef(256)
    row, recall = measure(lambda _, vector: graph.knn_query(vector, k=10, num_threads=1)[0][0].tolist())
    answer["hnswlib"] = {**row, "recall@10": recall, "add_per_s_cpu": round(count / added)}
except ImportError as error:
    answer["hnswlib"] = {"left_out": str(error)}

print(json.dumps(answer))
