"""What a benchmark demands before it starts: what takes part, and nothing else. `python3 -m unittest discover bench`."""

import sys
import unittest

from driver import data, setup


class Demands(unittest.TestCase):
    def test_only_peers_that_take_part_must_be_there(self):
        self.assertEqual(setup.packages_of({"ablate", "burn"}), [])
        self.assertNotIn("torch", setup.packages_of({"ablate", "keras"}))
        self.assertNotIn("keras", setup.packages_of({"ablate", "torch"}))
        self.assertEqual(setup.packages_of({"keras", "torch"}).count("numpy"), 1)

    def test_every_peer_has_a_server_that_is_known(self):
        servers = {server for server, _ in setup.PEERS.values()}
        self.assertEqual(servers - {"ablate", "burn"}, setup.PACKAGES.keys())
        for peers in data.PEERS.values():
            self.assertEqual({peer.split("-")[0] for peer in peers} - {"ablate"} - data.PACKAGES.keys(), set())

    def test_work_demands_its_own_peers_alone(self):
        self.assertNotIn("keras", data.packages_of(["decode"]))
        self.assertIn("keras", data.packages_of(["augment"]))

    def test_versions_are_words(self):
        self.assertEqual(setup.versions_of("no such python", []), [])
        [words] = setup.versions_of(sys.executable, ["no-such-package|pip"])
        self.assertRegex(words, r"^pip \d")

    def test_what_is_missing_is_named(self):
        with self.assertRaises(SystemExit) as ended:
            setup.versions_of(sys.executable, ["pip", "no-such-package", "nor-this"])
        self.assertEqual(
            str(ended.exception),
            f"no-such-package, nor-this: not installed for {sys.executable}; install bench/requirements.txt there",
        )


if __name__ == "__main__":
    unittest.main()
