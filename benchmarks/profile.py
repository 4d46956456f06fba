"""Where the time of a whole run goes, from a recording of Java's flight recorder.

    HEADWATER_JAVA_OPTS="-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints
        -XX:StartFlightRecording=filename=run.jfr,settings=profile" headwater run FILE.yaml
    python3 benchmarks/profile.py run.jfr

Samples of threads that run, by the part of the platform that called: shares of the processors' time,
not of the wall's.
"""

import collections
import re
import subprocess
import sys

PARTS = [
    ("finding the mode", r"laplace\.MapFinder|studies|ModeSearch|Descent"),
    ("report, pictures, results", r"headwater\.report\.|InferenceData|NpyFile|Manifest|Summary|\.images\."),
    ("forward model and its gradient", r"headwater\.model\.|ModelTarget"),
    ("covariance correction", r"CovarianceCorrection"),
    ("layer", r"kernels\.layer\.|TensorisedLayer|JointLayer|addLayer|backend\."),
    ("read-out", r"MixtureReadout|readOut|posterior\("),
    ("judging: spread, modes, predictions", r"SpreadCheck|Prediction|Outcome|diagnostics\."),
    ("rest of the solver's step", r"solver\."),
    ("rest of Headwater", r"headwater\."),
    ("Java, OSGi: starting, loading classes", r"."),
]


def main(path):
    text = subprocess.run(
        ["jfr", "print", "--stack-depth", "64", "--events", "jdk.ExecutionSample", path],
        capture_output=True, text=True, check=True).stdout
    counts = collections.Counter()
    for sample in text.split("jdk.ExecutionSample {")[1:]:
        stack = "\n".join(re.findall(r"^\s+([\w.$<>]+)\(", sample, re.M))
        counts[next(name for name, pattern in PARTS if re.search(pattern, stack))] += 1
    total = sum(counts.values())
    for name, count in counts.most_common():
        print(f"{100 * count / total:5.1f} %  {name}")


if __name__ == "__main__":
    main(sys.argv[1])
