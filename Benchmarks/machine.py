"""What a benchmark ran on, and how every side is held to one instruction set."""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# The variables that hold Apus, PyTorch, oneDNN, MKL, XLA, OpenBLAS and NumPy to an instruction set; the peers then say
# what they use (see `disobedient`). The widest of the machine is what they take by themselves.
HOLDS = {
    "avx2": {
        "APUS_ISA": "avx2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        # YNNPACK, which computes XLA's products where it may, asks the processor alone: 1024³ at 240 GFLOP/s a core where
        # AVX2 ends at 134. Without it they are Eigen's, around kernels of oneDNN: 103, and 238 without its variable above.
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2 --xla_cpu_experimental_ynn_fusion_type=",
        "OPENBLAS_CORETYPE": "Haswell",
        # NumPy's own loops; a group that this processor hasn't got is only warned of.
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
}
TITLES = {"avx512": "AVX-512", "avx2": "AVX2", "neon": "NEON"}

# What the two Linux names of an instruction set's features are; the widest comes first.
NEEDS = {
    "avx512": {"avx512f", "avx512vl", "avx512dq", "avx512bw"},
    "avx2": {"avx2", "fma"},
    "neon": {"asimd"},
}


def instruction_sets():
    """Those that this machine has, the widest first."""
    if sys.platform == "darwin":
        return ["neon"] if platform.machine() == "arm64" else ["avx2"]
    flags = set(re.search(r"^(?:flags|Features)\s*:(.*)$", cpu_text(), re.M)[1].split())
    return [name for name, needs in NEEDS.items() if needs <= flags]


def add_instruction_set(parser):
    """The option --isa: an instruction set of this machine, the widest by default."""
    known = instruction_sets()
    if not known:
        sys.exit("this processor has none of AVX-512, AVX2 with FMA and NEON: there is nothing to compare")
    parser.add_argument(
        "--isa", choices=known, default=known[0],
        help="hold every side to this instruction set (default: %(default)s, the widest here)")


def held(instruction_set):
    """The environment in which every side keeps to an instruction set."""
    environment = dict(os.environ)
    for hold in HOLDS.values():
        for name in hold:
            environment.pop(name, None)
    # Where a machine has no more, nothing is to be held, and some holds take more away than registers.
    is_narrower = instruction_set != instruction_sets()[0]
    environment.update(HOLDS[instruction_set] if is_narrower else {"APUS_ISA": instruction_set})
    return environment


def disobedient(peers, instruction_set):
    """Those of {peer: {"instructionSet": …}} whose word is that they use something wider than AVX2 when held to it."""
    if instruction_set != "avx2" or instruction_set == instruction_sets()[0]:
        return []
    return [f"{name} ({said['instructionSet']})" for name, said in peers.items()
            if not re.fullmatch("avx2(_vnni)?|default|haswell|zen", said["instructionSet"].lower())]


def description():
    """The processor, its caches, its instruction sets, and what runs on it, as JSON."""
    return {
        "processor": processor(),
        "processors": processors(),
        "caches": caches(),
        "instructionSets": instruction_sets(),
        "system": f"{platform.system()} {platform.release()}",
        "swift": version([toolchain("swift"), "--version"], r"Swift version (\S+)"),
        "commit": commit(),
    }


def sentence(description):
    """The description in one line, for a table."""
    caches = ", ".join(f"{level} {size}" for level, size in description["caches"].items())
    return f"{description['processor']}, {description['processors']} processors, {caches}"


def processors():
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def processor():
    """The model's name; with family and model where the name alone says little."""
    if sys.platform == "darwin":
        return output(["sysctl", "-n", "machdep.cpu.brand_string"]).strip()
    facts = dict(re.findall(r"^(.*?)\s*:\s*(.*)$", cpu_text().split("\n\n")[0], re.M))
    name = facts.get("model name", platform.machine())
    if "cpu family" in facts:
        name += f" (family {facts['cpu family']}, model {facts['model']})"
    return name


def cpu_text():
    return Path("/proc/cpuinfo").read_text()


def caches():
    """Sizes in KB, with the number of ways where it is known: {"L1d": "48k/12", …}."""
    if sys.platform == "darwin":
        names = {"L1d": "hw.perflevel0.l1dcachesize", "L2": "hw.perflevel0.l2cachesize"}
        return {level: f"{int(output(['sysctl', '-n', name])) // 1024}k" for level, name in names.items()}
    found = {}
    for cache in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        def fact(name):
            return (cache / name).read_text().strip() if (cache / name).exists() else ""
        if fact("type") != "Instruction":
            level = f"L{fact('level')}" + ("d" if fact("type") == "Data" else "")
            found[level] = fact("size").lower() + (f"/{ways}" if (ways := fact("ways_of_associativity")) else "")
    return found


def toolchain(tool):
    """A tool of the Swift toolchain whose `swift` is on the path: the one that builds the package."""
    swift = shutil.which("swift")
    if swift is None:
        sys.exit("there is no swift on the path")
    if tool == "swift":
        return swift
    # By the compiler's own word, since `swift` may be a link or a manager of toolchains.
    target = output([swift, "-print-target-info"])
    resources = re.search(r'"runtimeResourcePath":\s*"(.*?)"', target)[1]
    path = Path(resources).parent.parent / "bin" / tool
    if not path.exists():
        sys.exit(f"{path}: the Swift toolchain has no {tool}")
    return str(path)


def commit():
    """Of the package, with a + where files have changed since."""
    try:
        name = output(["git", "-C", HERE, "rev-parse", "--short", "HEAD"]).strip()
        changed = output(["git", "-C", HERE, "status", "--porcelain", "--", "../Sources"]).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
    return name + ("+" if changed else "")


def version(command, pattern):
    match = re.search(pattern, output(command))
    return match[1] if match else ""


def output(command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
