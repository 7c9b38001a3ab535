"""Reads HAR files of conax-sim with a library that is not ours, and says what is in them."""

import json
import sys

from haralyzer import HarParser


def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            archive = HarParser(json.load(file))
        assert archive.creator["name"] == "conax-sim", archive.creator
        count = 0
        for page in archive.pages:
            for entry in page.entries:
                assert entry.startTime is not None, entry
                assert entry.request.url.startswith("http"), entry
                assert entry.response.status == 0 or 100 <= entry.response.status < 600, entry
                assert entry.time >= 0, entry
                count += 1
        assert count == len(archive.har_data["entries"]) > 0, (path, count)
        print(f"{path}: {len(archive.pages)} pages, {count} exchanges")


if __name__ == "__main__":
    main(sys.argv[1:])
