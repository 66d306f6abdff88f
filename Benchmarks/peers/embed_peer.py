"""The peers that `thinnai bench embed --peer PYTHON` is measured against: onnxruntime and sentence-transformers.

Reads a question file (weights' folder, texts by length, a batch), prints JSON. One thread. The graph is exported from the same
weights; its int8 form is quantised dynamically, per channel. onnxruntime gets ready ids and its time ends with the last layer:
cutting into pieces and pooling, which ours includes, are left out in its favour. Needs onnxruntime, onnx and
sentence-transformers in PYTHON.
"""

import json
import os
import sys
import time

import numpy
import onnxruntime
import sentence_transformers
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer, models
from transformers import AutoTokenizer, BertModel

question = json.load(open(sys.argv[1]))
torch.set_num_threads(1)

# What the published model's configuration says, where only weights and vocabulary are at hand.
folder = os.path.join(question["scratch"], "model")
os.mkdir(folder)
for name in ("model.safetensors", "vocab.txt"):
    os.symlink(os.path.join(os.path.abspath(question["folder"]), name), os.path.join(folder, name))
configuration = {
    "architectures": ["BertModel"], "model_type": "bert", "hidden_size": 384, "intermediate_size": 1536,
    "num_attention_heads": 12, "num_hidden_layers": 6, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512, "type_vocab_size": 2, "vocab_size": 30522, "pad_token_id": 0,
}
json.dump(configuration, open(os.path.join(folder, "config.json"), "w"))
json.dump(
    {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 256},
    open(os.path.join(folder, "tokenizer_config.json"), "w"),
)
tokenizer = AutoTokenizer.from_pretrained(folder)


def measure(run, inputs):
    """Median and p99 of wall and CPU time, by length; the first tenth only warms up."""
    tokens = {}
    for length, given in inputs.items():
        rounds = max(50, 1500 // int(length))
        wall, cpu = [], []
        for turn in range(rounds + rounds // 10):
            began, spent = time.perf_counter(), time.thread_time()
            run(given)
            if turn >= rounds // 10:
                cpu.append(time.thread_time() - spent)
                wall.append(time.perf_counter() - began)
        row = {}
        for name, values in (("", wall), ("cpu_", cpu)):
            values.sort()
            row[name + "median_ms"] = round(values[len(values) // 2] * 1e3, 3)
            row[name + "p99_ms"] = round(values[min(len(values) - 1, int(len(values) * 0.99))] * 1e3, 3)
        tokens[length] = row
    return tokens


def batched(run, given):
    began = time.thread_time()
    run(given)
    return int(len(question["batch"]) / (time.thread_time() - began))


def feed(texts):
    encoded = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="np")
    return {name: encoded[name].astype(numpy.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, attn_implementation="eager")

    def forward(self, ids, mask, types):
        return self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state


def export(path):
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.ones(1, 10, dtype=torch.long)
    axes = {name: {0: "texts", 1: "pieces"} for name in names + ["rows"]}
    torch.onnx.export(
        Encoder().eval(), (example, example, torch.zeros_like(example)), path, input_names=names, output_names=["rows"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )


def onnx(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    run = lambda given: session.run(None, given)
    # Texts of one length share a batch, so that nothing is padded.
    by_length = sorted(question["batch"], key=lambda text: len(text.split()))
    parts = [feed(by_length[at : at + 32]) for at in range(0, len(by_length), 32)]
    return {
        "tokens": measure(run, {length: feed([text]) for length, text in question["texts"].items()}),
        "batched_per_s": batched(lambda parts: [run(part) for part in parts], parts),
    }


float_graph = os.path.join(question["scratch"], "float.onnx")
bytes_graph = os.path.join(question["scratch"], "int8.onnx")
with torch.no_grad():
    export(float_graph)
quantize_dynamic(float_graph, bytes_graph, weight_type=QuantType.QInt8, per_channel=True)

word_embedding = models.Transformer(folder, max_seq_length=256)
sentence = SentenceTransformer(modules=[word_embedding, models.Pooling(384), models.Normalize()], device="cpu")
encode = lambda given: sentence.encode(given, batch_size=32, show_progress_bar=False)
answer = {
    "versions": {
        "onnxruntime": onnxruntime.__version__, "sentence-transformers": sentence_transformers.__version__,
        "torch": torch.__version__,
    },
    "onnxruntime_float": onnx(float_graph),
    "onnxruntime_int8": onnx(bytes_graph),
    "sentence_transformers_float": {
        "tokens": measure(encode, {length: [text] for length, text in question["texts"].items()}),
        "batched_per_s": batched(encode, question["batch"]),
    },
}
print(json.dumps(answer))
