"""The picture of bench/run: well-formed, every sender on its row, every quantile at its place."""
import unittest
import xml.etree.ElementTree

import plot

SVG = "{http://www.w3.org/2000/svg}"
QUANTILES = {"p50": 0.1, "p99": 10, "p99_9": 1000, "max": 100000}


def texts(svg):
    return list(xml.etree.ElementTree.fromstring(svg).iter(SVG + "text"))


class PlotTest(unittest.TestCase):
    def test_rows_of_a_set_stand_under_its_name(self):
        svg = plot.lateness({("a", "ours"): QUANTILES, ("a", "theirs"): QUANTILES, ("b", "ours"): QUANTILES})
        rows = {(word.text, float(word.get("y"))) for word in texts(svg)}
        ys = {name: sorted(y for word, y in rows if word == name) for name in ("a", "b", "ours", "theirs")}
        self.assertEqual(len(ys["ours"]), 2)
        self.assertEqual((ys["a"][0], ys["b"][0]), tuple(ys["ours"]))
        self.assertTrue(ys["ours"][0] < ys["theirs"][0] < ys["ours"][1])

    def test_a_power_of_ten_is_a_step(self):
        words = texts(plot.lateness({("a", "b"): QUANTILES}))
        marks = [float(word.get("x")) for word in words if word.find(SVG + "title") is not None]
        steps = [left - right for left, right in zip(marks, marks[1:])]  # the largest is drawn first
        self.assertEqual(len(steps), 3)
        self.assertAlmostEqual(min(steps), 2 * (plot.x_of(10) - plot.x_of(1)), delta=0.2)
        self.assertAlmostEqual(max(steps), min(steps), delta=0.2)

    def test_what_is_off_the_scale_stays_in_the_picture(self):
        for us in (0, 1e-9, 1e12):
            self.assertTrue(plot.LEFT <= plot.x_of(us) <= plot.RIGHT)

    def test_names_are_escaped(self):
        svg = plot.lateness({("a<b", "c&d"): QUANTILES})
        self.assertTrue({"a<b", "c&d"} <= {word.text for word in texts(svg)})


if __name__ == "__main__":
    unittest.main()
