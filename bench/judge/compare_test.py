"""compare must see a loss, a copy, a stranger, a swap and each error of time: tests on captures of a few packets."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

COMPARE = sys.argv.pop(1)
MS = 1_000_000


def capture(packets, magic=0xA1B23C4D, order="<"):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, 1)
    for time_ns, data in packets:
        fraction = time_ns % 10**9 // (1 if magic == 0xA1B23C4D else 1000)
        out += struct.pack(order + "IIII", time_ns // 10**9, fraction, len(data), len(data)) + data
    return out


def frame(n):
    return bytes(14) + struct.pack(">I", n) * 12


def steps(*numbers, gap=MS, start=10**18):
    return [(start + i * gap, frame(n)) for i, n in enumerate(numbers)]


class CompareTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def compare(self, expected, received):
        """Exit code and parsed result; arguments are packet lists or whole files."""
        paths = []
        for name, content in (("expected", expected), ("received", received)):
            path = pathlib.Path(self.folder.name, name)
            path.write_bytes(content if isinstance(content, bytes) else capture(content))
            paths.append(str(path))
        done = subprocess.run([COMPARE, "--json", "--expected", paths[0], "--received", paths[1]],
                              capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def counts(self, expected, received):
        code, got = self.compare(expected, received)
        self.assertEqual(code, 1)
        return tuple(got[k] for k in ("lost", "duplicated", "foreign", "reordered"))

    def test_same_packets_later_are_equal(self):
        code, got = self.compare(steps(1, 2, 2, 3), steps(1, 2, 2, 3, start=10**18 + 5 * 10**9))
        self.assertEqual(code, 0)
        self.assertEqual((got["expected"], got["received"]), (4, 4))
        self.assertEqual(got["lateness_us"]["max"], 0)
        self.assertEqual(got["gap_error_us"]["max"], 0)
        self.assertEqual(got["expected_seconds"], 0.003)

    def test_lost(self):
        self.assertEqual(self.counts(steps(1, 2, 3), steps(1, 3)), (1, 0, 0, 0))

    def test_lost_copy_of_several(self):
        self.assertEqual(self.counts(steps(1, 1, 1, 2), steps(1, 1, 2)), (1, 0, 0, 0))

    def test_duplicated(self):
        self.assertEqual(self.counts(steps(1, 2), steps(1, 2, 1)), (0, 1, 0, 0))

    def test_foreign(self):
        self.assertEqual(self.counts(steps(1, 2), steps(1, 9, 2)), (0, 0, 1, 0))

    def test_reordered(self):
        self.assertEqual(self.counts(steps(1, 2, 3, 4), steps(1, 4, 2, 3)), (0, 0, 0, 2))

    def test_nothing_received(self):
        self.assertEqual(self.counts(steps(1, 2), []), (2, 0, 0, 0))

    def test_one_changed_byte(self):
        changed = steps(1, 2)
        changed[1] = (changed[1][0], changed[1][1][:-1] + b"\xff")
        self.assertEqual(self.counts(steps(1, 2), changed), (1, 0, 1, 0))

    def test_lateness_and_gaps(self):
        received = steps(1, 2, 3, 4, 5)
        received[2] = (received[2][0] + 40_000, received[2][1])
        _, got = self.compare(steps(1, 2, 3, 4, 5), received)
        self.assertEqual(got["lateness_us"], {"p50": 0, "p99": 40, "p99_9": 40, "max": 40})
        self.assertEqual(got["gap_error_us"]["p50"], 0)
        self.assertEqual(got["gap_error_us"]["max"], 40)

    def test_constant_lateness_behind_the_first_packet_is_taken_off(self):
        numbers = range(10)
        received = [(t + (70_000 if i else 0), d) for i, (t, d) in enumerate(steps(*numbers))]
        _, got = self.compare(steps(*numbers), received)
        self.assertEqual(got["median_lateness_us"], 70)
        self.assertEqual(got["lateness_us"]["p50"], 70)
        self.assertEqual(got["lateness_centred_us"]["p50"], 0)
        self.assertEqual(got["drift_us"], 0)

    def test_drift(self):
        numbers = range(5001)  # 5 s, which take 1 % longer
        _, got = self.compare(steps(*numbers), steps(*numbers, gap=MS + 10_000))
        self.assertAlmostEqual(got["drift_us"], 4e6 * 0.01, delta=20)
        self.assertEqual(got["actual_seconds"], 5.05)

    def test_microseconds_and_big_endian(self):
        packets = steps(1, 2, 3)
        code, got = self.compare(capture(packets, 0xA1B2C3D4, ">"), packets)
        self.assertEqual((code, got["lateness_us"]["max"]), (0, 0))

    def test_cut_file_is_an_error(self):
        code, message = self.compare(steps(1, 2), capture(steps(1, 2))[:-1])
        self.assertEqual(code, 1)
        self.assertIn("packet is cut", message)


if __name__ == "__main__":
    unittest.main()
