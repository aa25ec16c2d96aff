"""Damaged files of every format for every command: each must end in a result or in an error in words.

    python3 mutated_files.py APUS [--count 1000] [--seed 1] [--jobs 2] [--case N] [--keep FOLDER]

Case N of a seed is always the same files and the same command: a format, a healthy sample of it, some mutations of its bytes
(also of what is packed within it), and one of the commands that read it. It fails, and keeps the files, when

- the command dies of a signal, or its exit code is none of 0, 1, 2 and 64;
- it takes longer than 10 seconds of processor time, or 600 on the clock;
- it fails without an "error:" on stderr (a check may find something bad), or succeeds without a word and without a file;
- what it prints as JSON is none;
- any file but its output is changed, made or removed.

Nothing but Python's standard library is needed. `--case N` runs one case and shows it.
"""

import argparse
import base64
import concurrent.futures
import gzip
import hashlib
import io
import json
import os
import random
import re
import resource
import shlex
import signal
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

# Of the processor: a machine that is busy otherwise makes nothing fail. On the clock, for what waits for ever.
LIMIT_SECONDS = 10
CLOCK_SECONDS = 600
EXIT_CODES = {0, 1, 2, 64}

# 16 × 12 pixels of smooth colors, as libjpeg writes them.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
    "EBAQEBAQH/wAALCAAMABABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAACggJ/8QAIBAAAAQGAwAAAAAAAAAAAAAAAAYIJAIlNUFTYUNjcf/aAAgB"
    "AQAAPwDCtLabacwxcXmgkBLabacwxcXmhN6WyKW5cyxXg11hICWyKW5cyxXg11j/2Q==")


# --- healthy samples

def rows(count=40, seed=0):
    draw = random.Random(seed)
    for _ in range(count):
        a, b = draw.uniform(0, 100), draw.gauss(0, 1)
        yield round(a, 2), round(b, 4), draw.choice(["red", "green", "blue"]), "yes" if a / 50 + b > 1 else "no"


def plain():
    return "alpha,beta,color,buys\n" + "".join(f"{a},{b},{c},{y}\n" for a, b, c, y in rows())


def dressed():
    lines = ["when;price;share;who;since;y"]
    for i, (a, b, c, y) in enumerate(rows()):
        lines.append(f"{i % 28 + 1:02}.03.2024 1{i % 10}:30;1.234,{i % 100:02} €;{a:.1f} %;\"{c}, \"\"{i}\"\"\";{i % 28 + 1}. März 2020;{b:.3f}".replace(
            "; ", ";") + "")
    return "\n".join(lines) + "\n"


def odd():
    lines = ["# made by hand", "id\tt\tn\tv\ttarget"]
    for i, (a, b, c, y) in enumerate(rows()):
        lines.append(f"{9007199254740993 + i}\t2024-0{i % 9 + 1}-11T10:00:00+02:00\t{'-' if i % 5 == 0 else a}\t({abs(b):.2f})\t{i % 3}")
    return "\n".join(lines) + "\n"


def json_lines():
    return "".join(json.dumps({"alpha": a, "beta": b, "color": c, "ok": y == "yes", "buys": y}) + "\n" for a, b, c, y in rows())


def json_array():
    return json.dumps([{"alpha": a, "beta": None if i % 7 == 0 else b, "buys": y} for i, (a, b, c, y) in enumerate(rows())], indent=1)


def png(width, height, kind=0, depth=8, seed=0, interlaced=False):
    draw = random.Random(seed)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    line = (width * channels * depth + 7) // 8
    lines = [line] * height
    if interlaced:  # Adam7's passes; the lines of an empty one are not there
        lines = []
        for x, y, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
            wide, high = -(-(width - x) // dx), -(-(height - y) // dy)
            lines += [(wide * channels * depth + 7) // 8] * high if wide > 0 else []
    body = b"".join(bytes([draw.randrange(5)]) + bytes(draw.randrange(256) for _ in range(line)) for line in lines)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    palette = chunk(b"PLTE", bytes(range(3 * min(256, 1 << depth)))[: 3 * min(85, 1 << depth)]) if kind == 3 else b""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def npy(descr, shape, data, version=1):
    text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (descr, "".join(f"{n}, " for n in shape))
    fixed = 10 if version == 1 else 12
    text += " " * (-(fixed + len(text) + 1) % 64) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + data


def npz(arrays, packed=True):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, data in arrays.items():
            file.writestr(zipfile.ZipInfo(name + ".npy"), data)
    return buffer.getvalue()


def zipped(name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def noise(count, seed):
    return random.Random(seed).randbytes(count)


def idx(shape, data):
    return bytes([0, 0, 8, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + data


def numbers(count, seed):
    draw = random.Random(seed)
    return struct.pack(f"<{count}d", *(draw.gauss(0, 1) for _ in range(count)))


def pictures():
    """Name and bytes of the pictures of a folder by class."""
    files = {}
    for i in range(10):
        for kind, name in ((0, "zero"), (2, "one")):
            files[f"{name}/{i}.png"] = png(8, 8, kind, 8, i)
    return files


CONFIGURATION = """data: {source: table.csv, target: buys, validation: 0.2}
model: {hidden: [4], dropout: 0.1}
training: {epochs: 1, batch: 8, seed: 3, optimizer: {adam: {beta1: 0.8}}, schedule: [{warmup: 2}, cosine]}
search:
  trials: 2
  over: {training.learningRate: {log: [0.001, 0.1]}, model.hidden: [[2], [3]]}
"""

LAYERS = """data:
  source: table.csv
model:
  layers:
  - {dense: 4}
  - {leakyReLU: {slope: 0.1}}
  - {dense: 2}
training: {steps: 3, loss: {softmaxCrossEntropy: {classWeights: [1, 2]}}}
"""

TEXT = "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind – ünd so wéiter.\n" * 12

IMAGES = npz({"x_train": npy("|u1", [20, 6, 6], noise(720, 1)), "y_train": npy("<i8", [20], struct.pack("<20q", *(i % 3 for i in range(20))))})

# Format: name of the file, healthy samples of it.
FORMATS = {
    "csv": [plain().encode(), dressed().encode(), plain().encode("utf-16"), dressed().encode("cp1252")],
    "tsv": [odd().encode(), plain().replace(",", "\t").encode()],
    "jsonl": [json_lines().encode()],
    "json": [json_array().encode()],
    "csv.gz": [plain().encode(), odd().encode()],
    "csv.zip": [plain().encode(), json_lines().encode()],
    "npz": [
        IMAGES,
        npz({"x": npy("<f8", [30, 3], numbers(90, 1)), "y": npy("<f8", [30], numbers(30, 2))}, packed=False),
        npz({"images": npy("<f4", [8, 3, 6, 6], struct.pack("<864f", *range(864))), "labels": npy("<U3", [8], "".join("cat" if i % 2 else "dog" for i in range(8)).encode("utf-32-le"))}),
    ],
    "npy": [npy("<f8", [30, 4], numbers(120, 4)), npy("|u1", [6, 5, 5, 3], noise(450, 5), 2), npy(">i2", [40, 2], noise(160, 6))],
    "png": [png(8, 8), png(8, 8, 2), png(9, 7, 6, 16), png(8, 8, 3, 2), png(8, 8, 4, 8), png(13, 5, 0, 1), png(5, 5, 2, 8, 3, True)],
    "jpg": [JPEG],
    "txt": [TEXT.encode()],
    "yaml": [CONFIGURATION.encode(), LAYERS.encode()],
    "safetensors": [],  # what the command itself trains: see models()
    "idx": [], "cifar": [], "pictures": [], "faces": [],  # folders: see lay_out()
}

TABLES = ["csv", "tsv", "jsonl", "json", "csv.gz", "csv.zip"]
SHORT = "--epochs 1 --hidden 3 --quiet --out OUT"
OF_DATA = [
    "describe IN", "describe IN", f"train IN {SHORT}", f"train IN {SHORT} --json", "check IN --epochs 1 --hidden 3", "predict MODEL IN --out OUT",
    "predict MODEL IN", "evaluate MODEL IN --json", "evaluate MODEL IN", f"train healthy.csv --test-data IN {SHORT}",
    f"train IN --folds 3 {SHORT} --json", f"train IN --task regression --model linear --quiet --out OUT", "train IN --loss 'softmaxCrossEntropy(classWeights: [1, 2])' --early-stopping 1 --epochs 2 --hidden 2 --quiet --out OUT",
    f"train IN --task classification --model logistic {SHORT.replace('--hidden 3 ', '')}", f"train IN --features polynomial --no-header {SHORT}",
    "describe IN --no-header", f"train IN --model svm --decimal-mark , {SHORT.replace('--hidden 3 ', '')}",
    f"train IN --column alpha=text --column y=id {SHORT}", "plot regions MODEL IN --out OUT",
]
OF_PICTURES = [
    "describe IN", f"train IN {SHORT}", f"train IN {SHORT} --json", "check IN --epochs 1 --hidden 2", "predict MODEL IN --out OUT", "predict MODEL IN",
    "evaluate MODEL IN --json", f"train IN --transpose {SHORT}", f"train IN --augment 'shift(1), horizontalFlip' {SHORT}", "plot saliency MODEL IN --out OUT",
]
OF_FILES = OF_PICTURES + [
    "describe IN --size 6 --channels 4", f"train IN --size 7x6 {SHORT} --json", "train IN --model leNet5 --size 28 --steps 1 --quiet --out OUT",
    f"train IN --channels 1 --validation 0.3 {SHORT}",
]
OF_MODELS = [
    "summary IN", "predict IN healthy.csv --out OUT", "predict IN healthy.csv --samples 3", "evaluate IN healthy.csv --json", "summary IN",
    "plot weights IN --out OUT", "plot histograms IN healthy.csv --out OUT", "plot regions IN healthy.csv --out OUT", "plot saliency IN healthy.csv --out OUT",
    "plot landscape IN healthy.csv --out OUT", f"train healthy.csv --from IN --epochs 1 --quiet --out OUT", "generate IN --prompt To --length 5",
    "evaluate IN corpus.txt", "predict IN healthy.png", "evaluate IN healthy.npz",
]
COMMANDS = {
    **{name: OF_DATA for name in TABLES},
    "npz": OF_DATA[:15] + OF_PICTURES, "npy": OF_DATA[:15] + OF_PICTURES,
    "png": ["describe IN", "describe IN --channels 4", "predict MODEL IN", "predict MODEL IN --out OUT", "evaluate MODEL IN"],
    "jpg": ["describe IN", "describe IN --size 5", "predict MODEL IN", "predict MODEL IN --out OUT"],
    "pictures": OF_FILES, "faces": OF_FILES + [f"train IN --target age {SHORT}", f"train IN --target age --task regression {SHORT}"],
    "idx": OF_PICTURES, "cifar": OF_PICTURES,
    "txt": [
        "describe IN", "train IN --model gpt --context 8 --steps 1 --quiet --out OUT", "evaluate MODEL IN", "train IN --steps 1 --context 4 --quiet --out OUT --json",
        "generate MODEL --prompt To --length 5", "check IN --context 8 --steps 2",
    ],
    "yaml": [
        "train --config IN --quiet --out OUT", "train --config IN --quiet --out OUT --json", "check --config IN", "summary --config IN", "gradcheck --config IN --rows 4",
        "search --config IN --out OUT", "plot graph --config IN --out OUT",
    ],
    "safetensors": OF_MODELS,
}
PIECES = [
    b",", b";", b"\t", b"\n", b"\r", b"\r\n", b'"', b"'", b"\\", b"#", b" ", b"-", b"+", b".", b"e", b"0", b"9", b"%", b"{", b"}", b"[", b"]", b":", b"\0", b"\xff",
    b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"nan", b"inf", b"-inf", b"1e308", b"1e400", b"-1e-320", b"9223372036854775808", b"18446744073709551616", b"-1", b"true",
    b"null", b"None", b"2024-02-30", b"31.12.9999", b"0000-00-00", b"12:61", b"P1Y", b"\xe2\x82\xac", b"(5)", b"1.234.567,8", b"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
    b"\x80\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\0\0\0\0", b"sep=;\n", b"*a", b"&a ", b"!!binary ", b"- ", b"? ", b"<<: ",
]


# --- mutations

def mutated(data, draw):
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 3, 6])):
        place, kind = draw.randrange(len(data) + 1), draw.randrange(12)
        if kind == 0 and place < len(data):
            data[place] = draw.randrange(256)
        elif kind == 1 and place < len(data):
            data[place] ^= 1 << draw.randrange(8)
        elif kind == 2:
            del data[place : place + draw.choice([1, 1, 2, 5, 40])]
        elif kind in (3, 4):
            data[place:place] = draw.choice(PIECES)
        elif kind == 5:
            piece = draw.choice(PIECES)
            data[place : place + len(piece)] = piece
        elif kind == 6 and draw.random() < 0.4:
            del data[place:]
        elif kind == 7:
            data[place:place] = data[place : place + draw.choice([4, 30, 300])] * draw.choice([1, 2, 20])
        elif kind in (8, 9):
            # A field of a text, or a number within it, becomes something else everywhere, or once.
            fields = re.findall(rb"[A-Za-z0-9.\-]+", bytes(data[:20_000]))
            if fields:
                old, new = draw.choice(fields), draw.choice(PIECES + [b"", b"x" * 3000])
                data = bytearray(bytes(data).replace(old, new, draw.choice([1, 1, 3, -1]) if len(old) > 2 else 1))
        elif kind == 10:
            lines = bytes(data).split(b"\n")
            draw.shuffle(lines) if draw.random() < 0.3 else lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines))
            data = bytearray(b"\n".join(lines))
        elif kind == 11 and len(data) > 8:
            # Sizes and offsets of binary formats.
            at = draw.randrange(min(len(data) - 4, 200))
            data[at : at + 4] = struct.pack(draw.choice("<>") + "I", draw.choice([0, 1, 2, 255, 65536, 2**31 - 1, 2**31, 2**32 - 1]))
        if len(data) > 60_000:
            del data[60_000:]
    return bytes(data)


def mutated_png(data, draw):
    """A PNG whose chunks are changed within, with the right check sums: what lies behind the sums is reached."""
    if draw.random() < 0.4:
        return mutated(data, draw)
    place, chunks = 8, []
    while place + 8 <= len(data):
        size = struct.unpack(">I", data[place : place + 4])[0]
        chunks.append([data[place + 4 : place + 8], data[place + 8 : place + 8 + size]])
        place += 12 + size
    chosen = draw.choice(chunks)
    if chosen[0] == b"IDAT" and draw.random() < 0.8:
        chosen[1] = zlib.compress(mutated(zlib.decompress(chosen[1]), draw))
    elif draw.random() < 0.2:
        chunks.remove(chosen) if draw.random() < 0.5 else chunks.append(chosen)
    else:
        chosen[1] = mutated(chosen[1], draw)
    return data[:8] + b"".join(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks)


def mutated_zip(data, draw):
    """An archive whose members are changed within, with the right check sums."""
    if draw.random() < 0.4:
        return mutated(data, draw)
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    names = source.namelist()
    chosen = draw.choice(names)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            body = source.read(name)
            if name == chosen and draw.random() < 0.1:
                continue
            file.writestr(zipfile.ZipInfo(name), mutated(body, draw) if name == chosen else body)
    return buffer.getvalue()


def mutated_tensors(data, draw):
    """A model file whose header or metadata is changed within, with the right length before it."""
    if draw.random() < 0.3:
        return mutated(data, draw)
    size = struct.unpack("<Q", data[:8])[0]
    header = data[8 : 8 + size]
    for _ in range(draw.choice([1, 1, 2, 4])):
        numbers = list(re.finditer(rb"\d+", header))
        if numbers and draw.random() < 0.5:
            one = draw.choice(numbers)
            new = draw.choice([b"0", b"1", b"-1", b"2", b"3", b"1e9", b"0.5", b"9223372036854775807", b"99999999999999999999", b"null", b"65536"])
            header = header[: one.start()] + new + header[one.end() :]
        else:
            words = re.findall(rb"[A-Za-z]{2,}", header)
            old = draw.choice(words)
            header = header.replace(old, draw.choice([b"", b"x", draw.choice(words)]), draw.choice([1, -1]))
    return struct.pack("<Q", len(header)) + header + data[8 + size :]


def lay_out(kind, folder, draw):
    """Writes the damaged input of a case; its name."""

    def write(path, data):
        os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data)

    if kind in ("pictures", "faces"):
        files = pictures()
        if draw.random() < 0.3:
            files["one/photo.jpg"] = JPEG
        if draw.random() < 0.3:
            files = {("train/" if i % 3 else "test/") + name: data for i, (name, data) in enumerate(files.items())}
        if kind == "faces":
            files = {os.path.basename(os.path.dirname(name)) + os.path.basename(name): data for name, data in files.items()}
            table = "file,label,age\n" + "".join(f"{name},{'a|b' if i % 3 else 'a'},{20 + i}\n" for i, name in enumerate(files))
            write("IN/labels.csv", mutated(table.encode(), draw) if draw.random() < 0.8 else table.encode())
        names = list(files)
        for name in draw.sample(names, draw.choice([0, 1, 1, 2, len(names)]) if kind == "pictures" else draw.choice([0, 0, 1])):
            files[name] = mutated_png(files[name], draw) if name.endswith("png") else mutated(files[name], draw)
        for name, data in files.items():
            write("IN/" + name, data)
        if draw.random() < 0.2:
            write(draw.choice(["IN/.DS_Store", "IN/one/notes.txt", "IN/three/empty.png", "IN/" + names[0] + ".png/x.png"]), b"")
        return "IN"
    if kind == "idx":
        packs = draw.random() < 0.5
        for part in ("train", "t10k"):
            count = 12 if part == "train" else 6
            for name, data in (("images-idx3", idx([count, 6, 6], noise(36 * count, 7))), ("labels-idx1", idx([count], bytes(i % 3 for i in range(count))))):
                if draw.random() < 0.4:
                    data = mutated(data, draw)
                data = gzip.compress(data, mtime=0) if packs else data
                if draw.random() < 0.1:
                    data = mutated(data, draw)
                write(f"IN/{part}-{name}-ubyte" + (".gz" if packs else ""), data)
        return "IN"
    if kind == "cifar":
        fine = draw.random() < 0.3
        for name in ("train.bin", "test.bin") if fine else ("data_batch_1.bin", "test_batch.bin"):
            data = b"".join((bytes([i % 20]) if fine else b"") + bytes([i % 10]) + noise(3072, i) for i in range(10))
            write("IN/" + name, mutated(data, draw) + (b"" if draw.random() < 0.5 else b"\0" * draw.randrange(3000)) if draw.random() < 0.7 else data)
        return "IN"
    data = draw.choice(FORMATS[kind])
    name = "IN." + kind
    if kind == "csv.gz":
        data = gzip.compress(mutated(data, draw) if draw.random() < 0.7 else data, mtime=0)
        data = mutated(data, draw) if draw.random() < 0.5 else data
    elif kind == "csv.zip":
        data = mutated_zip(zipped("table" + (".csv" if data[:1] != b"{" else ".jsonl"), data), draw)
    else:
        data = {"png": mutated_png, "npz": mutated_zip, "safetensors": mutated_tensors}.get(kind, mutated)(data, draw)
    write(name, data)
    return name


# --- running

class Setting:
    """The command, and the healthy files that the cases share."""

    def __init__(self, apus, folder):
        self.apus, self.folder = apus, folder
        for name, data in (
            ("healthy.csv", plain().encode()), ("table.csv", plain().encode()), ("corpus.txt", TEXT.encode()),
            ("healthy.png", png(6, 6)), ("healthy.npz", IMAGES),
        ):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        self.files = sorted(os.listdir(folder))
        for name, data in pictures().items():
            os.makedirs(os.path.join(folder, "photos", os.path.dirname(name)), exist_ok=True)
            with open(os.path.join(folder, "photos", name), "wb") as file:
                file.write(data)
        for name, order in (
            ("table", "healthy.csv --hidden 3 --dropout 0.2"), ("linear", "healthy.csv --model logistic"), ("images", "healthy.npz --hidden 3"),
            ("photos", "photos --hidden 3 --size 6 --channels 3"), ("text", "corpus.txt --model gpt --context 8"),
        ):
            limit = "--steps 2" if name == "text" else "--epochs 2"
            done = subprocess.run([apus, "train", *shlex.split(order), *limit.split(), "--quiet", "--out", "run-" + name], cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"the healthy sample “{order}” cannot be trained on: {done.stderr}")
            model = os.path.join(folder, name + ".safetensors")
            shutil.move(os.path.join(folder, "run-" + name, "model.safetensors"), model)
            shutil.rmtree(os.path.join(folder, "run-" + name))
            self.files.append(name + ".safetensors")
            with open(model, "rb") as file:
                FORMATS["safetensors"].append(file.read())


def hashes(folder, output):
    found = {}
    for place, folders, names in os.walk(folder):
        for name in names + [f for f in folders if not os.listdir(os.path.join(place, f))]:
            path = os.path.join(place, name)
            relative = os.path.relpath(path, folder)
            if relative.split(os.sep)[0] != output:
                found[relative] = hashlib.sha1(open(path, "rb").read()).hexdigest() if os.path.isfile(path) else "folder"
    return found


def order_of(kind, draw, source):
    order = draw.choice(COMMANDS[kind])
    models = {**dict.fromkeys(("png", "jpg", "pictures", "faces"), ["photos"]), **dict.fromkeys(("npz", "npy", "idx", "cifar"), ["images"]), "txt": ["text"]}
    model = draw.choice(models.get(kind, ["table", "linear"]))
    output = "out.svg" if order.startswith("plot") else "out.csv" if "predict" in order else "out"
    words = {"IN": source, "OUT": output, "MODEL": model + ".safetensors"}
    return [words.get(word, word) for word in shlex.split(order)], output


def run(setting, words, folder):
    environment = {**os.environ, "COLUMNS": "100", "APUS_THREADS": "1", "TMPDIR": folder}
    return subprocess.run(
        [setting.apus, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=CLOCK_SECONDS, env=environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS + 1)))


def complaint(setting, words, output, folder):
    """What is wrong with the command's behavior, or nothing; its exit code; its words."""
    before = hashes(folder, output)
    try:
        done = run(setting, words, folder)
    except subprocess.TimeoutExpired:
        return f"longer than {CLOCK_SECONDS} s", None, ""
    if done.returncode == -signal.SIGXCPU:
        return f"longer than {LIMIT_SECONDS} s of processor time", None, ""
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    said = (out[-1500:] + "\n" + err[-1500:]).strip()
    if done.returncode not in EXIT_CODES:
        return f"exit code {done.returncode}", done.returncode, said
    if "Fatal error" in err or "Could not cast" in err:
        return "a trap's words", done.returncode, said
    if done.returncode != 0 and "error:" not in err.lower() and not (words[0] in ("check", "gradcheck") and out.strip()):
        return "failed without a word", done.returncode, said
    if done.returncode == 0 and not said and not os.path.exists(os.path.join(folder, output)):
        return "nothing said, nothing written", done.returncode, said
    if done.returncode == 0 and "--json" in words:
        try:
            json.loads(out, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
        except ValueError as error:
            return f"no JSON: {error}", done.returncode, said
    after = hashes(folder, output)
    if after != before:
        return f"changed: {sorted(set(before.items()) ^ set(after.items()))[:4]}", done.returncode, said
    return None, done.returncode, said


def run_case(setting, seed, number, keep, shows=False):
    draw = random.Random(f"{seed}/{number}")
    kind = draw.choice(sorted(COMMANDS))
    folder = tempfile.mkdtemp(prefix="case-")
    try:
        for name in setting.files:
            shutil.copy(os.path.join(setting.folder, name), folder)
        words, output = order_of(kind, draw, lay_out(kind, folder, draw))
        wrong, code, said = complaint(setting, words, output, folder)
        place = ""
        if wrong and keep:
            place = os.path.join(keep, f"{seed}-{number}")
            shutil.copytree(folder, place, dirs_exist_ok=True)
        text = f"seed {seed}, case {number}: apus {shlex.join(words)}: {wrong or 'as it should'} (exit code {code}) {place}"
        return kind, words[0], code, text + (f"\n{said}" if wrong or shows else ""), bool(wrong)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("apus")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--case", type=int, help="run this case alone, and show it")
    parser.add_argument("--keep", help="a folder for the files of failed cases")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="healthy-")
    try:
        setting = Setting(os.path.abspath(options.apus), folder)
        if options.case is not None:
            *_, text, wrong = run_case(setting, options.seed, options.case, options.keep, shows=True)
            print(text)
            sys.exit(wrong)
        done, failed, codes = 0, 0, {}
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            cases = range(options.first, options.first + options.count)
            for kind, name, code, text, wrong in pool.map(lambda case: run_case(setting, options.seed, case, options.keep), cases):
                done, failed = done + 1, failed + wrong
                codes.setdefault(kind, {}).setdefault("fine" if code == 0 else "refused", 0)
                codes[kind]["fine" if code == 0 else "refused"] += 1
                if wrong:
                    print("FAILED:", text, flush=True)
                if done % 1000 == 0:
                    print(f"{done} cases, {failed} failed", flush=True)
        for kind in sorted(codes):
            print(f"  {kind:12} {codes[kind].get('fine', 0):6} with a result, {codes[kind].get('refused', 0):6} refused")
        print(f"{done} mutated files, seed {options.seed}: {failed} failed")
        sys.exit(failed > 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
