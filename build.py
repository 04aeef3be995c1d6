"""Build the site with `python build.py`, or run the tests with `python build.py test`.

Whatever the program needs and this Python does not have is first installed into `.venv` beside this file, at the
versions in `requirements.lock`. Only the standard library is used here, and only syntax that an old Python can read,
so that it can say what is wrong instead of failing. Rules, pages, formats and importers of this site alone are added
in `run`.

Looking for the requirements takes longer than a small build, so where the program was found able to run is remembered
in `.sitegen/bootstrap`, under a digest of all that this depends on. Without that file everything works, only later.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "sitegen-lock"  # digest of the lock that is installed; written last, so a broken install has none
MEMORY = ROOT / ".sitegen" / "bootstrap"  # a line for each known situation: its digest, and where to run then
HERE, IN_VENV = "here", "venv"
LOCKS = {"build": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
OLDEST = (3, 11)
JUST_INSTALLED = "SITEGEN_JUST_INSTALLED"  # told to the next run, so that a useless install is not repeated for ever

REQUIREMENT = re.compile(
    r"([\w.-]+)\s*(?:>=\s*([\d.]+))?\s*(?:,\s*<\s*([\d.]+))?\s*"
    r"(?:;\s*(sys_platform|platform_machine)\s*(?:==|in)\s*['\"]([\w ]+)['\"])?"
)


class Refusal(Exception):  # noqa: N818
    """Nothing can be run, and what to do about it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: list[str]) -> int:
    """Run the command where the dependencies are, installing them first if need be; gives the exit status."""
    try:
        check_python(sys.version_info)
        purpose = "test" if arguments[:1] == ["test"] else "build"
        may_install = os.environ.get("SITEGEN_NO_BOOTSTRAP", "0") in ("", "0")
        just_installed = os.environ.pop(JUST_INSTALLED, "")
        found = situation(purpose)
        known = recall(found)
        if known == HERE:
            return run(arguments, purpose)
        if known == IN_VENV and may_install:
            return run_again(str(venv_python()), arguments)
        missing = missing_requirements(purpose)
        in_venv = is_in_venv()
        if not missing and (not in_venv or is_installed(purpose)):
            remember(found, HERE)
            return run(arguments, purpose)
        if not missing and (just_installed or not may_install):
            return run(arguments, purpose)
        if not may_install:
            raise Refusal(2, NO_BOOTSTRAP.format(missing="、".join(missing), lock=LOCKS[purpose].name))
        if in_venv:
            if just_installed:
                raise Refusal(3, STILL_MISSING.format(missing="、".join(missing), venv=VENV))
            STAMP.unlink(missing_ok=True)
            return run_again(getattr(sys, "_base_executable", sys.executable), arguments)
        if not is_installed(purpose):
            with one_at_a_time():
                if not is_installed(purpose):
                    install(purpose)
            os.environ[JUST_INSTALLED] = "1"
        else:
            remember(found, IN_VENV)
        return run_again(str(venv_python()), arguments)
    except Refusal as refusal:
        tell(str(refusal))
        return refusal.status
    except KeyboardInterrupt:
        tell("已中断。")
        return 130


def run(arguments: list[str], purpose: str) -> int:
    """Do what was asked, in this process: all dependencies are here."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    if purpose == "test":
        import pytest

        os.chdir(str(ROOT))
        return int(pytest.main(arguments[1:]))

    from sitegen.cli import main

    # What is this site's alone: main(extensions=BUILTIN.plus(rules=[…], views=[…], formats=[…], importers=[…])),
    # with BUILTIN from sitegen.site.
    return main()


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old."""
    if tuple(version[:2]) < OLDEST:
        raise Refusal(2, OLD_PYTHON.format(found=".".join(map(str, version[:3])), path=sys.executable))


def situation(purpose: str) -> str:
    """A digest of all that decides where the program can run: this Python, its packages, what is wanted and `.venv`.

    Packages come and go, and change their versions, with folders named `click-8.2.1.dist-info`.
    """
    facts: list[object] = [purpose, sys.version, sys.platform, is_in_venv(), venv_python().is_file()]
    for file in (Path(__file__), ROOT / "pyproject.toml", *LOCKS.values(), STAMP):
        try:
            facts.append(file.read_bytes())
        except OSError:
            facts.append(None)
    for folder in sys.path:
        facts.append(folder)
        place = Path(folder)
        try:
            with os.scandir(place) as entries:
                packages = [(e.name, e.stat().st_mtime_ns) for e in entries if e.name.lower().endswith("-info")]
            facts.append(sorted(packages))
        except NotADirectoryError:  # packages in a zip file
            facts.append(place.stat().st_mtime_ns)
        except OSError:
            continue
    return hashlib.sha256(repr(facts).encode("utf-8")).hexdigest()


def is_in_venv() -> bool:
    """Whether this Python is the one of `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def recall(found: str) -> str:
    """Where the program could run in this very situation; "" if nobody knows."""
    for line in memory():
        digest_then, _, place = line.partition(" ")
        if digest_then == found and place in (HERE, IN_VENV):
            return place
    return ""


def remember(found: str, place: str) -> None:
    """Spare the next start the search; where nothing can be written, it searches again."""
    lines = [*memory()[-7:], f"{found} {place}"]  # of builds and tests, in `.venv` and outside
    with suppress(OSError):
        MEMORY.parent.mkdir(exist_ok=True)
        MEMORY.write_text("".join(line + "\n" for line in lines), encoding="ascii")


def memory() -> list[str]:
    """The lines of the memory; a damaged line is of no situation."""
    try:
        return MEMORY.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []


def missing_requirements(purpose: str) -> list[str]:
    """The requirements of pyproject.toml that this Python does not meet, as `name>=version`."""
    import tomllib
    from importlib.metadata import PackageNotFoundError, version

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    if purpose == "test":
        wanted += project["optional-dependencies"]["test"]
    missing = []
    for requirement in wanted:
        name, oldest, too_new, marker, fitting = REQUIREMENT.fullmatch(requirement.strip()).groups()
        here = sys.platform if marker == "sys_platform" else platform.machine()
        if marker and here not in fitting.split():
            continue
        try:
            found = numbers(version(name))
            if found >= numbers(oldest or "0") and not (too_new and found >= numbers(too_new)):
                continue
        except PackageNotFoundError:
            pass
        missing.append(f"{name}>={oldest}" if oldest else name)
    return missing


def numbers(version: str) -> tuple[int, ...]:
    """`1.10rc1` as (1, 10): enough to compare releases."""
    return tuple(int(part) for part in re.match(r"\d+(?:\.\d+)*", version).group().split("."))


def digest(lock: Path) -> str:
    """What the stamp says when this lock is installed; line ends do not count, git may have changed them."""
    return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def is_installed(purpose: str) -> bool:
    """Whether `.venv` holds what the lock says; the lock for tests has everything that a build needs."""
    try:
        stamp = STAMP.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    enough = {digest(LOCKS[name]) for name in {purpose, "test"}}
    return stamp in enough and venv_python().is_file()


def venv_python() -> Path:
    """The Python inside `.venv`."""
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def install(purpose: str) -> None:
    """Make `.venv` if there is none that works, and install the lock into it; the stamp comes last."""
    from importlib.util import find_spec

    lock = LOCKS[purpose]
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Refusal(3, NO_VENV.format(version="{}.{}".format(*sys.version_info[:2])))
    tell(f"正在把所需的程序库装入 {VENV}（按 {lock.name}，只在首次或版本有变时进行，约需一分钟）……")
    try:
        STAMP.unlink(missing_ok=True)
    except OSError as error:
        raise Refusal(3, f"{error}\n{NO_FOLDER.format(venv=VENV)}") from error
    if not venv_python().is_file() or quiet([str(venv_python()), "-m", "pip", "--version"]) is not None:
        output = quiet([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if output is not None:
            raise Refusal(3, f"{output}\n{NO_FOLDER.format(venv=VENV)}")
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    output = quiet([*pip, "--require-hashes", "-r", str(lock)])
    if output is not None:
        raise Refusal(3, f"{output}\n{NO_PACKAGES.format(lock=lock.name)}")
    STAMP.write_text(digest(lock) + "\n", encoding="ascii")
    tell("已装好。")


def quiet(command: list[str]) -> str | None:
    """None if the command succeeds; else all it printed."""
    import subprocess

    environment = {**os.environ, "PIP_USER": "0", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    return None if done.returncode == 0 else done.stdout.decode("utf-8", "replace").strip()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock on this file, which the system lets go when the process ends in whatever way."""
    with Path(__file__).open("rb") as handle:
        if os.name == "nt":
            import msvcrt

            handle.seek(1 << 30)  # a place beyond the end: the lock is binding on Windows, and others read this file
            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # gives up after ten seconds
                    break
                except OSError:
                    tell("另一个进程正在安装，请稍候……")
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tell("另一个进程正在安装，请稍候……")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_again(python: str, arguments: list[str]) -> int:
    """Run this file in another Python and give its exit status."""
    command = [python, str(ROOT / "build.py"), *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(python, command)
    import subprocess

    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the other process got it too, and decides
            continue


def tell(message: str) -> None:
    """Print for the person at the terminal; results go to stdout, this does not."""
    print(message, file=sys.stderr, flush=True)


OLD_PYTHON = """\
错误：需要 Python 3.11 或更高版本，当前是 {found}（{path}）。
  提示：请安装较新的 Python，并用它运行，例如 python3.11 build.py。"""

NO_BOOTSTRAP = """\
错误：缺少所需的程序库（{missing}），而环境变量 SITEGEN_NO_BOOTSTRAP 不允许自动安装。
  提示：去掉该环境变量后重试，或自行安装：python -m pip install --require-hashes -r {lock}"""

STILL_MISSING = """\
错误：安装之后仍缺少 {missing}。
  提示：请删除 {venv} 后重试；如仍不成功，请核对 requirements.lock 与 pyproject.toml 是否来自同一版本。"""

NO_VENV = """\
错误：当前的 Python 缺少 venv 模块，无法建立独立的运行环境。
  提示：Debian、Ubuntu、统信 UOS 等请执行：apt install python3-venv（或 python{version}-venv），然后重试。"""

NO_FOLDER = """\
错误：未能建立 {venv}（原因见上）。
  提示：请检查该处是否可写、磁盘是否已满，然后重试。"""

NO_PACKAGES = """\
错误：所需的程序库未能装好（pip 的输出见上）。
  提示：如本机不能直接访问外网，可任选一种办法：
    一、使用单位内部的软件源：设置环境变量 PIP_INDEX_URL（需要代理时设置 HTTPS_PROXY），然后重试。
    二、离线安装：在一台能上网、系统与 Python 版本都相同的电脑上执行
          python -m pip download --require-hashes -r {lock} -d wheelhouse
        把 wheelhouse 文件夹拷到本机，设置 PIP_NO_INDEX=1 和 PIP_FIND_LINKS=wheelhouse 的完整路径，然后重试。"""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
