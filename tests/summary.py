"""Closes ./test: `summary.py FOLDER` reads what each check left there and says how all went.

FOLDER/checks has a line a check: exit code, seconds, name, parted by tabs. FOLDER/*.xml are JUnit
reports of pytest. A check that is not pytest counts as one. Ends with 1 if anything failed.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(folder: Path) -> int:
    checks = [line.split("\t") for line in (folder / "checks").read_text().splitlines()]
    outcomes = [(int(code), int(seconds), name) for code, seconds, name in checks]
    tests, failed, skipped = counted(folder)
    others = [code for code, _, name in outcomes if not name.startswith("pytest")]
    failed += sum(code != 0 for code in others)
    passed = tests + len(others) - failed - skipped

    print()
    for code, seconds, name in outcomes:
        print(f"{'failed' if code else 'ok':7} {seconds:4} s  {name}")
    print(f"{'':7} {sum(seconds for _, seconds, _ in outcomes):4} s  in all\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(any(code for code, _, _ in outcomes))


def counted(folder: Path) -> tuple[int, int, int]:
    """Tests run, failed and skipped, over all reports."""
    suites = [
        suite
        for file in folder.glob("*.xml")
        for suite in ElementTree.parse(file).iter("testsuite")
    ]

    def total(*attributes: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites for name in attributes)

    return total("tests"), total("failures", "errors"), total("skipped")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
