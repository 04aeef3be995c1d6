"""build.py: what it needs, how it installs it, and what it says when it cannot."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@pytest.fixture
def build(tmp_path) -> ModuleType:
    """build.py as a module, in a folder of its own."""
    folder = tmp_path / "带 空格 的文件夹"
    folder.mkdir()
    copy = folder / "build.py"
    copy.write_bytes((ROOT / "build.py").read_bytes())
    spec = importlib.util.spec_from_file_location("build_under_test", copy)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_project(folder: Path, *requirements: str) -> None:
    text = f"[project]\ndependencies = {list(requirements)}\n[project.optional-dependencies]\ntest = []\n"
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


# ---------------------------------------------------------------- the two files that must fit


def test_an_old_python_can_read_it_far_enough_to_be_told():
    source = (ROOT / "build.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    imported = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names
    assert "tomllib" not in imported  # new in 3.11


def test_every_requirement_of_the_project_is_understood(build):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        assert build.REQUIREMENT.fullmatch(requirement), requirement


def test_the_locks_hold_what_the_project_requires(build):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-test.lock": [*project["dependencies"], *extras["test"], *extras["dev"]],
    }
    for name, requirements in wanted.items():
        pins = dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))
        for requirement in requirements:
            package, oldest, *_ = build.REQUIREMENT.fullmatch(requirement).groups()
            found = pins[re.sub(r"[-_.]+", "-", package).lower()]
            assert build.numbers(found) >= build.numbers(oldest or "0"), requirement


def test_the_lock_for_tests_has_everything_a_build_has():
    runtime, tests = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-test.lock")
    )
    assert set(PIN.findall(runtime)) <= set(PIN.findall(tests))


def test_every_pin_has_hashes_and_no_lock_names_a_place():
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:])
        assert "://" not in text
        assert "-index" not in text.replace("--no-emit-index", "")


# ---------------------------------------------------------------- deciding


def test_a_requirement_is_missing_when_absent_or_too_old(build):
    write_project(build.ROOT, "pytest>=9.0", "pytest>=999", "sitegen-no-such-package>=1.2", "pytest")
    assert build.missing_requirements("build") == ["pytest>=999", "sitegen-no-such-package>=1.2"]


def test_a_requirement_of_another_system_is_not_missing(build):
    write_project(build.ROOT, "sitegen-no-such-package>=1; sys_platform == 'plan9'")
    assert build.missing_requirements("build") == []


@pytest.mark.parametrize(("older", "newer"), [("1.9", "1.10"), ("2.0", "10.0"), ("1.2", "1.2.1"), ("8.2rc1", "8.3")])
def test_versions_are_compared_as_numbers(build, older, newer):
    assert build.numbers(older) < build.numbers(newer)


def test_a_lock_counts_as_installed_until_it_changes(build):
    lock, tests = build.LOCKS["build"], build.LOCKS["test"]
    lock.write_bytes(b"a==1\nb==2\n")
    tests.write_bytes(b"a==1\nb==2\nc==3\n")
    assert not build.is_installed("build")
    build.venv_python().parent.mkdir(parents=True)
    build.venv_python().write_bytes(b"")
    build.STAMP.write_text(build.digest(lock), encoding="ascii")
    assert build.is_installed("build")
    assert not build.is_installed("test")
    lock.write_bytes(b"a==1\r\nb==2\r\n")  # git on Windows
    assert build.is_installed("build")
    lock.write_bytes(b"a==1\nb==3\n")
    assert not build.is_installed("build")
    build.STAMP.write_text(build.digest(tests), encoding="ascii")
    assert build.is_installed("build")
    assert build.is_installed("test")
    build.venv_python().unlink()
    assert not build.is_installed("test")


# ---------------------------------------------------------------- remembering


@pytest.fixture
def looked(build, monkeypatch) -> list[str]:
    """For each time the requirements are looked for, the purpose; `sitegen-probe` is installed, and running gives 5."""
    packages = build.ROOT.parent / "packages"
    (packages / "sitegen_probe-1.0.dist-info").mkdir(parents=True)
    (packages / "sitegen_probe-1.0.dist-info" / "METADATA").write_text("Name: sitegen-probe\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setenv("SITEGEN_NO_BOOTSTRAP", "1")
    write_project(build.ROOT, "sitegen-probe>=1.0")
    found: list[str] = []
    look = build.missing_requirements
    monkeypatch.setattr(build, "missing_requirements", lambda purpose: found.append(purpose) or look(purpose))
    monkeypatch.setattr(build, "run", lambda arguments, purpose: 5)
    return found


def test_requirements_are_looked_for_once_for_each_purpose(build, looked):
    assert [build.main(arguments) for arguments in ([], ["check"], ["test"], ["test", "-q"], ["--help"])] == [5] * 5
    assert looked == ["build", "test"]


def test_a_package_that_was_uninstalled_is_noticed(build, looked, capsys):
    assert build.main([]) == build.main([]) == 5
    (package,) = (build.ROOT.parent / "packages").iterdir()
    (package / "METADATA").unlink()
    package.rmdir()
    assert build.main([]) == 2
    assert "sitegen-probe>=1.0" in capsys.readouterr().err


def test_a_package_that_was_exchanged_is_noticed(build, looked, capsys):
    assert build.main([]) == 5
    (package,) = (build.ROOT.parent / "packages").iterdir()
    (package / "METADATA").write_text("Name: sitegen-probe\nVersion: 0.9\n")
    package.rename(package.with_name("sitegen_probe-0.9.dist-info"))
    assert build.main([]) == 2
    assert "sitegen-probe>=1.0" in capsys.readouterr().err


def test_other_requirements_are_looked_for(build, looked, capsys):
    assert build.main([]) == 5
    write_project(build.ROOT, "sitegen-probe>=1.1")
    assert build.main([]) == 2
    assert "sitegen-probe>=1.1" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["version", "prefix", "path", "lock", "program"])
def test_in_another_situation_nothing_is_known(build, looked, monkeypatch, change):
    assert build.main([]) == 5
    if change == "version":
        monkeypatch.setattr(sys, "version", "3.99.0 (another Python)")
    elif change == "prefix":
        monkeypatch.setattr(sys, "prefix", str(build.VENV))
    elif change == "path":
        monkeypatch.setattr(sys, "path", [*sys.path, str(build.ROOT)])
    elif change == "lock":
        build.LOCKS["build"].write_text("a==1\n", encoding="ascii")
    else:
        program = build.ROOT / "build.py"
        program.write_bytes(program.read_bytes() + b"\n")
    assert build.main([]) == build.main(["check"]) == 5
    assert looked == ["build"] * (3 if change == "prefix" else 2)  # `.venv` without its stamp is not remembered


def test_many_situations_are_remembered_and_not_without_end(build, looked, monkeypatch):
    for round in range(20):
        for version in ("one", "another"):
            monkeypatch.setattr(sys, "version", version)
            assert build.main([]) == 5
        if round < 10:
            monkeypatch.setattr(sys, "version", f"round {round}")
            assert build.main([]) == 5
    assert len(looked) < 30
    assert len(build.MEMORY.read_text(encoding="ascii").splitlines()) == 8


@pytest.mark.parametrize("damage", ["", "\n\n", "\xff", "{} ", "{} nowhere\n", "{} her", "{}here\n", "0{} here\n"])
def test_a_damaged_memory_is_not_trusted(build, looked, damage):
    build.MEMORY.parent.mkdir()
    build.MEMORY.write_bytes(damage.format(build.situation("build")).encode("latin-1"))
    assert build.main([]) == build.main([]) == 5
    assert looked == ["build"]


def test_a_memory_that_cannot_be_kept_is_done_without(build, looked):
    build.MEMORY.parent.write_text("a file in the way", encoding="ascii")
    assert build.main([]) == build.main([]) == 5
    assert looked == ["build", "build"]


def test_what_is_remembered_names_nothing(build, looked):
    assert build.main([]) == 5
    assert re.fullmatch(r"[0-9a-f]{64} here\n", build.MEMORY.read_text(encoding="ascii"))


# ---------------------------------------------------------------- refusing


def test_an_old_python_is_told_which_one_is_needed(build, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    assert build.main([]) == 2
    message = capsys.readouterr().err
    assert "需要 Python 3.11 或更高版本，当前是 3.8.10" in message


def test_installing_can_be_forbidden(build, monkeypatch, capsys):
    write_project(build.ROOT, "sitegen-no-such-package>=1")
    monkeypatch.setenv("SITEGEN_NO_BOOTSTRAP", "1")
    assert build.main(["test"]) == 2
    message = capsys.readouterr().err
    assert "sitegen-no-such-package>=1" in message
    assert "requirements-test.lock" in message
    assert not build.VENV.exists()


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(build, monkeypatch, capsys, absent):
    write_project(build.ROOT, "sitegen-no-such-package>=1")
    build.LOCKS["build"].write_text("x==1\n", encoding="ascii")
    monkeypatch.delenv("SITEGEN_NO_BOOTSTRAP", raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    assert build.main([]) == 3
    assert "apt install python3-venv" in capsys.readouterr().err
    assert not build.VENV.exists()


def test_a_folder_that_cannot_be_made_is_said(build, monkeypatch, capsys):
    write_project(build.ROOT, "sitegen-no-such-package>=1")
    build.LOCKS["build"].write_text("x==1\n", encoding="ascii")
    build.VENV.write_text("in the way", encoding="ascii")
    monkeypatch.delenv("SITEGEN_NO_BOOTSTRAP", raising=False)
    assert build.main([]) == 3
    assert "未能建立" in capsys.readouterr().err


# ---------------------------------------------------------------- the whole


def write_wheel(folder: Path, version: str) -> str:
    """A package of one module; gives its line for a lock."""
    name = f"sitegen_probe-{version}"
    path = folder / f"{name}-py3-none-any.whl"
    files = {
        "sitegen_probe.py": f"VERSION = {version!r}\n",
        f"{name}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: sitegen-probe\nVersion: {version}\n",
        f"{name}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{file},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for file, text in files.items()
    )
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**files, f"{name}.dist-info/RECORD": f"{record}{name}.dist-info/RECORD,,\n"}.items():
            wheel.writestr(file, text)
    return f"sitegen-probe=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Machine:
    """A fresh machine without network, with a clone of a small site in a folder with an awkward name."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "信息公开 site"
        self.wheels = folder / "wheels"
        self.elsewhere = folder / "elsewhere"
        for made in (self.clone / "sitegen", self.wheels, self.elsewhere):
            made.mkdir(parents=True)
        (self.clone / "build.py").write_bytes((ROOT / "build.py").read_bytes())
        (self.clone / "sitegen" / "__init__.py").write_text("", encoding="utf-8")
        (self.clone / "sitegen" / "site.py").write_text(
            "class Extensions:\n    def plus(self, **more):\n        return self\n\nBUILTIN = Extensions()\n",
            encoding="utf-8",
        )
        (self.clone / "sitegen" / "cli.py").write_text(
            "import sys\nfrom sitegen_probe import VERSION\n\n"
            "def main(argv=None, extensions=None):\n"
            "    print(VERSION, sys.argv[1:])\n"
            "    return 5\n",
            encoding="utf-8",
        )
        write_project(self.clone, "sitegen-probe>=1.0")
        self.stamp = self.clone / ".venv" / "sitegen-lock"

    def lock(self, text: str) -> None:
        for name in ("requirements.lock", "requirements-test.lock"):
            (self.clone / name).write_text(text, encoding="ascii")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SITEGEN_", "PIP_", "PYTHON"))}
        own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return subprocess.Popen(
            [sys.executable, str(self.clone / "build.py"), *arguments],
            cwd=self.elsewhere,
            env={**kept, **own, "PYTHONUTF8": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def remembered(self) -> set[str]:
        lines = (self.clone / ".sitegen" / "bootstrap").read_text(encoding="ascii").splitlines()
        return {line.split()[1] for line in lines}

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=120)
            return process.returncode, out, err


def test_a_fresh_machine_installs_once_and_again_when_the_lock_changes(tmp_path):
    machine = Machine(tmp_path)
    first = write_wheel(machine.wheels, "1.0")
    second = write_wheel(machine.wheels, "1.1")

    machine.lock(first.replace("sha256:", "sha256:00"))  # a package that is not what the lock says
    status, out, err = machine.run()
    assert (status, out) == (3, "")
    assert "PIP_INDEX_URL" in err
    assert "pip download" in err
    assert not machine.stamp.exists()

    machine.lock(first)  # the broken install heals; two at once do not hurt each other
    both = [machine.start("--as-of", "2021-06-03", "甲 乙") for _ in range(2)]
    ends = [(*process.communicate(timeout=120), process.returncode) for process in both]
    assert [(status, out) for out, _, status in ends] == [(5, "1.0 ['--as-of', '2021-06-03', '甲 乙']\n")] * 2
    assert sorted(err.count("正在把所需的程序库装入") for _, err, _ in ends) == [0, 1]

    assert machine.run("check") == (5, "1.0 ['check']\n", "")  # nothing to do, nothing said
    assert machine.remembered() == {"here", "venv"}
    assert machine.run("check") == (5, "1.0 ['check']\n", "")  # by memory

    machine.lock(second)
    status, out, err = machine.run()
    assert (status, out) == (5, "1.1 []\n")
    assert "已装好" in err

    for found in machine.clone.glob(".venv/**/sitegen_probe*"):  # uninstalled behind our back
        found.unlink() if found.is_file() else shutil.rmtree(found)
    status, out, err = machine.run()
    assert (status, out) == (5, "1.1 []\n")
    assert "已装好" in err

    machine.stamp.unlink()  # as if the last install had been interrupted
    assert machine.run(SITEGEN_NO_BOOTSTRAP="1")[0] == 2
    assert machine.run()[:2] == (5, "1.1 []\n")
    assert machine.stamp.exists()


def test_an_environment_that_has_everything_is_used_as_it_is(tmp_path):
    machine = Machine(tmp_path)
    machine.lock("")
    write_wheel(machine.wheels, "1.0")
    with zipfile.ZipFile(next(machine.wheels.iterdir())) as wheel:
        wheel.extractall(tmp_path / "packages")
    assert machine.run(PYTHONPATH=str(tmp_path / "packages")) == (5, "1.0 []\n", "")
    assert not (machine.clone / ".venv").exists()
    assert machine.remembered() == {"here"}
    assert machine.run(PYTHONPATH=str(tmp_path / "packages")) == (5, "1.0 []\n", "")
    assert machine.run(SITEGEN_NO_BOOTSTRAP="1")[0] == 2  # of this environment nothing is known


def test_tests_run_in_the_clone_with_the_remaining_arguments(tmp_path):
    machine = Machine(tmp_path)
    write_project(machine.clone, "pytest>=9.0")
    (machine.clone / "test_here.py").write_text("import sitegen\n\ndef test_it():\n    pass\n", encoding="utf-8")
    status, out, _ = machine.run("test", "-q", "test_here.py", "-p", "no:cacheprovider")
    assert status == 0
    assert "1 passed" in out
    assert machine.run("test", "-q", "-k", "nothing", "-p", "no:cacheprovider")[0] == 5
