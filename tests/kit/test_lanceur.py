"""The launchers, run for real on Linux against a stub of the tool, where every proxy is dead."""

import ast
import contextlib
import importlib.util
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from converter.cli import commands

TEMPLATES = Path(__file__).parents[2] / "templates"
LAUNCHERS = ("lanceur.py", "Convertir.sh", "Convertir.command", "Convertir.cmd")
LAUNCHER_SOURCE = (TEMPLATES / "lanceur.py").read_text("utf-8")
AWKWARD = "Kit d'été & co (1)"
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""Where the launcher finds the Python that the tests run in, and not a shim that looks for one at each start."""

# Writes down how it was called; refused (3) while its workbook is open, else it ends as STUB_END says. Without pathlib,
# which takes longer to load than all the rest.
STUB = """
import json, os, sys
import bibliotheque
ends = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
workbook = next(a for a in reversed(sys.argv) if a.lower().endswith(ends))
with open(os.environ["STUB_LOG"], "a", encoding="utf-8") as log:
    log.write(json.dumps(sys.argv[1:]) + chr(10))
folder, name = os.path.split(workbook)
if os.path.exists(os.path.join(folder, "~$" + name)):
    sys.exit(3)
if os.environ.get("STUB_END") == "crash":
    raise RuntimeError("bug")
if sys.argv[1] == "modele":
    sys.exit(0)
said = json.loads(os.environ.get("STUB_REPORT", "{}"))
with open(sys.argv[sys.argv.index("--rapport") + 1], "w", encoding="utf-8") as report:
    report.write(json.dumps({"classeur": workbook, "demandes": [], "anomalies": [], "depots": [], **said}))
sys.exit(int(os.environ.get("STUB_END", 0)))
"""

# Stands for pip, which takes long to load, where a test is about whether something is installed, and not about how.
QUICK_PIP = """
import sys, zipfile
from pathlib import Path
wheels, target = (sys.argv[sys.argv.index(option) + 1] for option in ("--find-links", "--target"))
for wheel in Path(wheels).glob("*.whl"):
    zipfile.ZipFile(wheel).extractall(target)
"""


def plain(text: str) -> str:
    """No-break spaces are typography; the words are what a test is about."""
    return text.replace("\u00a0", " ")


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], requires: Sequence[str] = ()) -> Path:
    """A wheel is a zip with three more files."""
    stem = f"{name.replace('-', '_')}-{version}"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    content = {
        **files,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*content, f"{stem}.dist-info/RECORD"])
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**content, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    return path


def stub_wheel(folder: Path, version: str = "0.1.0", code: str = STUB) -> Path:
    return make_wheel(
        folder, "segur-hop", version, {"converter/__init__.py": "", "converter/__main__.py": code}, ["bibliotheque"]
    )


def quick_pip(folder: Path) -> None:
    """Put a pip into the kit, which the launcher takes before any other."""
    make_wheel(folder, "pip", "1.0", {"pip/__init__.py": "", "pip/__main__.py": QUICK_PIP})


@dataclass
class Kit:
    """A finance team's folder, and the PC on which it is used."""

    folder: Path
    data: Path
    log: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def wheels(self) -> Path:
        return self.folder / "roues"

    @property
    def environments(self) -> list[Path]:
        return sorted(self.data.glob("segur-hop/[0-9]*"))

    def put(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    def environ(self) -> dict[str, str]:
        kept = {"PATH": PATH, "HOME": str(Path.home())}
        dead = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        return {**kept, **dead, "XDG_DATA_HOME": str(self.data), "STUB_LOG": str(self.log), **self.env}

    def command(self, *arguments: str | Path) -> list[str]:
        return ["/bin/sh", str(self.folder / "Convertir.sh"), *map(str, arguments)]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Without anyone before the window."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextlib.contextmanager
    def window(self, *arguments: str | Path, menu: str = "\n") -> Iterator["Window"]:
        """With someone who types: first at the menu, where nothing was dropped (Entrée alone: convert)."""
        keyboard, terminal = pty.openpty()
        if not arguments:
            os.write(keyboard, menu.encode())
        # A job in the background of a shell ignores Ctrl-C, and so would what it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
            self.command(*arguments),
            env=self.environ(),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            os.close(terminal)
            try:
                yield Window(process, keyboard)
            finally:
                process.kill()
                os.close(keyboard)

    def calls(self) -> list[list[str]]:
        """How the tool was called, without the report."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        calls = [json.loads(line) for line in lines]
        return [call[: call.index("--rapport") if "--rapport" in call else None] for call in calls]


@dataclass
class Window:
    process: subprocess.Popen[bytes]
    keyboard: int
    shown: str = ""

    def until(self, words: str) -> str:
        """Read what is shown up to these words, no-break spaces told like others."""
        assert self.process.stdout
        pipe, received, end = self.process.stdout.fileno(), b"", time.monotonic() + 30
        while words not in plain(received.decode(errors="ignore")):
            assert select.select([pipe], [], [], max(0, end - time.monotonic()))[0], received.decode()
            chunk = os.read(pipe, 4096)
            assert chunk, received.decode()
            received += chunk
        self.shown += plain(received.decode())
        return self.shown

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    def close(self) -> int:
        self.until("pour fermer cette fenêtre")
        self.type("\n")
        return self.process.wait(timeout=30)


def make_kit(folder: Path, data: Path) -> Kit:
    kit = Kit(folder, data, data / "appels.jsonl")
    kit.wheels.mkdir(parents=True)
    data.mkdir(exist_ok=True)
    for name in LAUNCHERS:
        shutil.copy(TEMPLATES / name, folder)
    stub_wheel(kit.wheels)
    make_wheel(kit.wheels, "bibliotheque", "1.0", {"bibliotheque/__init__.py": ""})
    return kit


@pytest.fixture(scope="session")
def installed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's data once the stub is installed; its key is the wheel's content, the same in every kit here."""
    root = tmp_path_factory.mktemp("pose")
    kit = make_kit(root / "kit", root / "data")
    quick_pip(kit.wheels)
    kit.put("demandes.xlsx")
    assert kit.run().returncode == 0
    return kit.data


@pytest.fixture
def new(tmp_path: Path) -> Kit:
    """A kit on a PC where it never ran, with one workbook."""
    kit = make_kit(tmp_path / AWKWARD, tmp_path / "data")
    kit.put("demandes.xlsx")
    return kit


@pytest.fixture
def kit(tmp_path: Path, installed_data: Path) -> Kit:
    """An empty kit on a PC where it is installed."""
    kit = make_kit(tmp_path / AWKWARD, installed_data)
    kit.log = tmp_path / "appels.jsonl"
    return kit


@pytest.fixture
def installed(kit: Kit, installed_data: Path, tmp_path: Path) -> Kit:
    """A kit with one workbook on a PC where it is installed, and may be changed."""
    kit.data = tmp_path / "data"
    shutil.copytree(installed_data, kit.data)
    quick_pip(kit.wheels)
    kit.put("demandes.xlsx")
    return kit


@pytest.fixture(scope="module")
def lanceur() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lanceur", TEMPLATES / "lanceur.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Starts


def test_first_start_installs_offline_and_second_does_not_install(new: Kit) -> None:
    first = new.run()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Installation de l’outil" in first.stdout
    log = new.data / "segur-hop" / "installation.log"
    assert "Proxy" not in log.read_text()  # the network was not even tried
    log.unlink()
    second = new.run()
    assert "Installation" not in second.stdout
    assert not log.exists()
    assert new.calls() == [["convertir", str(new.folder / "demandes.xlsx")]] * 2


def test_new_kit_of_the_same_version_is_installed_instead(installed: Kit) -> None:
    stub_wheel(installed.wheels, code=STUB.replace("sys.exit(int", "print('nouveau'); sys.exit(int"))
    assert "nouveau" in installed.run().stdout
    assert [place.name for place in installed.environments] == [f"0.1.0-{sys.implementation.cache_tag}"]


def test_newest_wheel_wins(new: Kit, lanceur: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanceur, "HERE", new.folder)
    newest = stub_wheel(new.wheels, "0.10.0")
    stub_wheel(new.wheels, "0.9.0")
    source = lanceur.find_source()
    assert (source.package, lanceur.environment(source).name[:7]) == (newest, "0.10.0-")


def test_removed_module_heals(installed: Kit) -> None:
    (environment,) = installed.environments
    shutil.rmtree(environment / "bibliotheque")
    again = installed.run()
    assert again.returncode == 0
    assert "abîmée" in again.stdout
    assert len(installed.calls()) == 1
    assert [path for path in installed.data.glob("segur-hop/*") if path.is_dir()] == [environment]


def test_tool_that_cannot_start_is_reinstalled_once_then_explained(new: Kit) -> None:
    stub_wheel(new.wheels, code="import absente\n")
    quick_pip(new.wheels)
    outcome = new.run()
    assert outcome.returncode == 3
    assert outcome.stdout.count("Installation") == 2  # the first start, the repair
    assert "antivirus" in outcome.stdout
    assert str(new.environments[0]) in outcome.stdout


def test_killed_installation_heals(new: Kit) -> None:
    process = subprocess.Popen(
        new.command(), env=new.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while not (new.data / "segur-hop" / "en-cours").exists():
        assert process.poll() is None
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not new.environments
    half = new.data / "segur-hop" / "en-cours" / "converter" / "__main__.py"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_text("half a fi")
    assert new.run().returncode == 0
    assert not (new.data / "segur-hop" / "en-cours").exists()


def test_two_launchers_at_once_install_once(new: Kit) -> None:
    both = [
        subprocess.Popen(new.command(), env=new.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    shown = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Installation de l’outil" in text for text in shown) == 1
    assert len(new.calls()) == 2


def test_module_dropped_beside_the_launcher_is_never_imported(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    for name in ("json.py", "click.py", "converter.py", "bibliotheque.py"):
        (kit.folder / name).write_text("raise SystemExit(66)")
    kit.env["PYTHONPATH"] = str(kit.folder)
    assert kit.run().returncode == 0


# Installation refused


def without_library(kit: Kit) -> None:
    next(kit.wheels.glob("bibliotheque-*.whl")).unlink()


def test_dead_proxy_is_explained_with_the_log(new: Kit) -> None:
    without_library(new)
    outcome = new.run()
    assert outcome.returncode == 3
    assert "proxy" in outcome.stdout
    assert "hors ligne" in plain(outcome.stdout)
    log = re.search("Journal de l’installation : (.+)", plain(outcome.stdout))
    assert log
    assert "bibliotheque" in Path(log[1]).read_text()
    assert not new.environments


def test_no_network_is_explained(new: Kit) -> None:
    without_library(new)
    new.env |= {"HTTPS_PROXY": "", "HTTP_PROXY": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    assert "Le réseau ne répond pas" in new.run().stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_full_disk_is_explained_and_leaves_no_environment(new: Kit) -> None:
    make_wheel(
        new.wheels, "bibliotheque", "1.0", {"bibliotheque/__init__.py": "", "bibliotheque/gros": "x" * 3_000_000}
    )
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(new.data)], check=False)
    if mount.returncode:
        pytest.skip("no right to mount")
    try:
        new.log = new.folder / "appels.jsonl"
        outcome = new.run()
        assert outcome.returncode == 3
        assert "Le disque est plein" in outcome.stdout
        assert not new.environments
    finally:
        subprocess.run(["umount", str(new.data)], check=True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disque est plein"),
        ("[WinError 112] Espace insuffisant sur le disque", "disque est plein"),
        ("ERROR: Could not install packages due to an OSError: [WinError 5] Accès refusé", "écriture est refusée"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "écriture est refusée"),
        ("[Errno 30] Read-only file system: '/x'", "écriture est refusée"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local", "certificat"),
        ("'ProxyError('Cannot connect to proxy.', NewConnectionError('Failed to establish a new", "Le proxy"),
        ("'ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy Auth", "Le proxy"),
        ("NewConnectionError(': Failed to establish a new connection: [Errno 11001] getaddrinfo failed", "Le réseau"),
        ("ERROR: No matching distribution found for pandas==3.1.1", "bibliothèque manque pour Python 3."),
        ("Retrying ... NewConnectionError(...)\nERROR: No matching distribution found for pandas", "Le réseau"),
        ("TypeError: anything else", "L’installation a échoué"),
    ],
)
def test_what_pip_says_is_told_in_french(lanceur: ModuleType, words: str, expected: str) -> None:
    assert expected in lanceur.cause(words)


def test_home_that_cannot_be_written_is_explained(new: Kit) -> None:
    new.env["XDG_DATA_HOME"] = "/proc/nulle-part"
    outcome = new.run()
    assert outcome.returncode == 3
    assert "/proc/nulle-part" in outcome.stdout
    assert "Traceback" not in outcome.stderr


def test_launcher_copied_without_its_kit_says_so(new: Kit) -> None:
    shutil.rmtree(new.wheels)
    outcome = new.run()
    assert outcome.returncode == 2
    assert "Il manque le dossier « roues »" in plain(outcome.stdout)


# Pythons


def fake_python(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_python_is_told_in_french(kit: Kit, tmp_path: Path) -> None:
    kit.env["PATH"] = str(tmp_path / "vide")
    outcome = kit.run()
    assert outcome.returncode == 3
    assert "Il faut Python 3.11 ou plus récent" in outcome.stdout
    assert "python.org" in outcome.stdout
    assert "service informatique" in outcome.stdout
    assert outcome.stderr == ""


def test_no_python_keeps_the_window_open(kit: Kit, tmp_path: Path) -> None:
    kit.env["PATH"] = str(tmp_path / "vide")
    with kit.window() as window:
        assert window.close() == 3


def test_older_python_is_passed_over(kit: Kit, tmp_path: Path) -> None:
    kit.put("demandes.xlsx")
    kit.env["PATH"] = f"{tmp_path / 'vieux'}:/usr/bin:/bin"
    fake_python(tmp_path / "vieux", "python3", "exit 1")  # what the version test answers
    fake_python(tmp_path / "vieux", "python", f'exec "{sys.executable}" "$@"')
    assert kit.run().returncode == 0


def test_python_folder_beside_comes_first(kit: Kit, tmp_path: Path) -> None:
    kit.put("demandes.xlsx")
    kit.env["PATH"] = str(tmp_path / "vide")
    fake_python(kit.folder / "python" / "bin", "python3", f'exec "{sys.executable}" "$@"')
    assert kit.run().returncode == 0


def embeddable(folder: Path) -> Path:
    """A Python like python.org's embeddable one: isolated by a `._pth`, no site, no pip, no ensurepip, no venv."""
    library = Path(os.__file__).parent
    shared, copied = folder / "lib" / library.name, folder / "bin" / "python3"
    shared.mkdir(parents=True)
    copied.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), copied)
    for part in library.iterdir():
        if part.name not in ("site-packages", "dist-packages", "ensurepip", "venv"):
            (shared / part.name).symlink_to(part)
    copied.with_name("python3._pth").write_text(f"{shared}\n{shared / 'lib-dynload'}\n")
    absent = "import sys, importlib.util as u; sys.exit(any(map(u.find_spec, ('pip', 'ensurepip', 'venv'))))"
    if subprocess.run([copied, "-c", absent], capture_output=True, check=False).returncode:
        pytest.skip("this Python cannot be copied")
    return copied


def test_embeddable_python_installs_with_the_pip_of_the_kit(new: Kit) -> None:
    bundled = list(Path(os.__file__).parent.glob("ensurepip/_bundled/pip-*.whl"))
    if not bundled:
        pytest.skip("this Python keeps no pip in reserve")
    embeddable(new.folder / "python")
    shutil.copy(bundled[0], new.wheels)
    new.env["PATH"] = "/usr/bin:/bin"
    outcome = new.run()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert len(new.calls()) == 1


def test_python_without_pip_is_explained(new: Kit) -> None:
    embeddable(new.folder / "python")
    outcome = new.run()
    assert outcome.returncode == 3
    assert "n’a pas le module pip" in outcome.stdout


def test_old_or_32_bit_python_is_told_in_french(lanceur: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(lanceur.Stop, match="64 bits"):
        lanceur.check_python()
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    with pytest.raises(lanceur.Stop, match=r"Python 3\.11 ou plus récent.*3\.8\.10"):
        lanceur.check_python()


def test_old_python_can_read_the_launcher() -> None:
    tree = ast.parse(LAUNCHER_SOURCE, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


# What is worked on


def test_dropped_paths_arrive_as_they_are(kit: Kit, tmp_path: Path) -> None:
    names = ("Été 2026 & Cie.xlsx", "R&D^x.XLSM", "100 % (1)!.xlsx", "l'autre $HOME `x`.xlsx")
    dropped = [tmp_path / name for name in names]
    for path in dropped:
        path.touch()
    outcome = kit.run(*dropped)
    assert outcome.returncode == 0
    assert kit.calls() == [["convertir", str(path)] for path in dropped]
    assert "Contrôle et conversion de « Été 2026 & Cie.xlsx »" in plain(outcome.stdout)


def test_command_launcher_takes_the_same_road(kit: Kit, tmp_path: Path) -> None:
    workbook = tmp_path / "à moi.xlsx"
    workbook.touch()
    subprocess.run(
        [kit.folder / "Convertir.command", workbook], env=kit.environ(), stdin=subprocess.DEVNULL, check=True
    )
    assert kit.calls() == [["convertir", str(workbook)]]


def test_own_folder_yields_only_the_users_workbooks(kit: Kit) -> None:
    made = (
        "~$demandes.xlsx",
        "._demandes.xlsx",
        unicodedata.normalize("NFC", "demandes - contrôlé.xlsx"),
        unicodedata.normalize("NFD", "autre - contrôlé.xlsm"),
        "Bordereau.xlsx",
        "suivi.xlsx",
        "notes.docx",
        "réponse.json",
        "depots/JSON-1234567890-20260105-001/autre.xlsx",
        "sauvegardes/demandes 2026-01-05.xlsx",
        "exemple/demandes.xlsx",
    )
    for name in (*made, "demandes 2.xlsx", "macros.XLSM"):
        kit.put(name)
    assert kit.run().returncode == 0
    assert kit.calls() == [["convertir", str(kit.folder / name)] for name in ("demandes 2.xlsx", "macros.XLSM")]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("~$demandes.xlsx", "fichier de travail"),
        (unicodedata.normalize("NFD", "demandes - contrôlé.xlsx"), "copie à regarder"),
        ("BORDEREAU.xlsx", "l’outil a produit"),
        ("depots/JSON-1-20260105-001/essai.xlsx", "l’outil a produit"),
        ("sauvegardes/demandes.xlsx", "copie de secours"),
        ("facture.pdf", "ni un classeur"),
    ],
)
def test_what_is_no_input_is_left_aside_with_a_word(kit: Kit, name: str, why: str) -> None:
    kit.put("depots/registre.sqlite")
    outcome = kit.run(kit.put(name))
    assert outcome.returncode == 2
    assert why in outcome.stdout
    assert not kit.calls()


def test_users_own_folder_called_depots_is_no_deposit(kit: Kit) -> None:
    workbook = kit.put("depots/demandes.xlsx")
    assert kit.run(workbook).returncode == 0
    assert kit.calls() == [["convertir", str(workbook)]]


def test_missing_path_and_empty_folder_are_told(kit: Kit) -> None:
    assert "aucun fichier à cet endroit" in kit.run(kit.folder / "parti.xlsx").stdout
    outcome = kit.run()
    assert outcome.returncode == 2
    assert "Rien à convertir" in outcome.stdout


def test_answer_goes_into_the_only_workbook(kit: Kit) -> None:
    workbook, answer = kit.put("demandes.xlsx"), kit.put("JSON-1234567890-20260105-001.json")
    assert kit.run(answer).returncode == 0
    assert kit.calls() == [["retour", str(answer), str(workbook)]]


def test_answer_goes_into_the_workbook_dropped_with_it(kit: Kit, tmp_path: Path) -> None:
    kit.put("a.xlsx")
    answer, workbook = kit.put("réponse.json"), tmp_path / "b.xlsx"
    workbook.touch()
    assert kit.run(answer, workbook).returncode == 0
    assert kit.calls() == [["retour", str(answer), str(workbook)]]


def test_workbook_of_an_answer_is_asked_by_number(kit: Kit) -> None:
    kit.put("a.xlsx")
    workbook, answer = kit.put("b.xlsx"), kit.put("réponse.json")
    with kit.window(answer) as window:
        assert "  2. b.xlsx" in window.until("puis Entrée (q")
        window.type("7\n")
        window.until("puis Entrée (q")
        window.type("2\n")
        assert window.close() == 0
    assert kit.calls() == [["retour", str(answer), str(workbook)]]


def test_answer_with_no_or_several_workbooks_and_nobody_to_ask(kit: Kit) -> None:
    answer = kit.put("réponse.json")
    none = kit.run(answer)
    kit.put("a.xlsx")
    kit.put("b.xlsx")
    several = kit.run(answer)
    assert (none.returncode, several.returncode) == (2, 2)
    assert "Aucun classeur" in none.stdout
    assert "Plusieurs classeurs" in several.stdout
    assert not kit.calls()


@pytest.mark.parametrize(
    ("rest", "paths"),
    [
        ('""', []),
        ('"', []),
        (' "', []),
        ('" "C:\\a b & c\\é.xlsx" C:\\R&D^x%PATH%!.xlsx"', ["C:\\a b & c\\é.xlsx", "C:\\R&D^x%PATH%!.xlsx"]),
        ('" C:\\a.xlsx C:\\b(1).json"', ["C:\\a.xlsx", "C:\\b(1).json"]),
        ('" "\\\\serveur\\partage réseau\\a.xlsx""', ["\\\\serveur\\partage réseau\\a.xlsx"]),
        (" C:\\a.xlsx --sans-attente", ["C:\\a.xlsx", "--sans-attente"]),
        (' "C:\\a b.xlsx"', ["C:\\a b.xlsx"]),
        ('"  "C:\\a b.xlsx" "C:\\c d.xlsx""', ["C:\\a b.xlsx", "C:\\c d.xlsx"]),
    ],
)
def test_line_of_the_windows_explorer_is_split_into_paths(lanceur: ModuleType, rest: str, paths: list[str]) -> None:
    """`rest` follows the launcher's name in `cmd /c ""C:\\…\\Convertir.cmd" …"`, with or without its quotes."""
    assert lanceur.dropped_on_windows(rest) == paths


def test_line_of_the_windows_explorer_replaces_the_arguments(kit: Kit) -> None:
    workbook = kit.put("R&D.xlsx")
    kit.put("autre.xlsx")
    kit.env["SEGUR_HOP_DEPOSES"] = f'" "{workbook}""'
    kit.run()
    assert kit.calls() == [["convertir", str(workbook)]]


@pytest.mark.parametrize(("name", "command"), [("ancien.xls", "convertir"), ("libre.ODS", "valider")])
def test_a_cousin_of_a_workbook_is_left_to_the_tools_own_sentence(kit: Kit, name: str, command: str) -> None:
    """One of LibreOffice is checked, which makes the workbook to convert."""
    cousin = kit.put(name)
    assert kit.run(cousin).returncode == 0
    assert kit.run().returncode == 0  # found beside the launcher, where no workbook is
    kit.put("demandes.xlsx")
    kit.run()
    assert kit.calls() == [[command, str(cousin)]] * 2 + [["convertir", str(kit.folder / "demandes.xlsx")]]


def test_a_dropped_folder_stands_for_its_workbooks(kit: Kit, tmp_path: Path) -> None:
    folder, empty = tmp_path / "campagne", tmp_path / "vide"
    empty.mkdir()
    workbooks = [folder / "a.xlsx", folder / "b.xlsm"]
    folder.mkdir()
    for path in (*workbooks, folder / "suivi.xlsx", folder / "notes.txt"):
        path.touch()
    outcome = kit.run(folder, empty)
    assert kit.calls() == [["convertir", str(path)] for path in workbooks]
    assert "« vide » est laissé de côté : ce dossier ne contient aucun classeur" in plain(outcome.stdout)
    assert kit.run(empty).returncode == 2


# The menu


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("1\n", ["valider", "demandes.xlsx"]),
        ("2\n", ["convertir", "demandes.xlsx"]),
        ("\n", ["convertir", "demandes.xlsx"]),
        ("10\nx\n0\n-1\n 1 \n", ["valider", "demandes.xlsx"]),
        ("3\n", ["suivi", "demandes.xlsx", "-o", "suivi.xlsx"]),
        ("5\n1\n", ["retour", "JSON-1234567890-20260105-001.json", "demandes.xlsx"]),
        ("5\n'{folder}/réponse du portail.json'\n", ["retour", "réponse du portail.json", "demandes.xlsx"]),
        ("5\nabsente.json\n1\n", ["retour", "JSON-1234567890-20260105-001.json", "demandes.xlsx"]),
        (
            "6\nabsente.csv\n'{folder}/liste.csv'\n",
            ["suivi", "demandes.xlsx", "-o", "suivi.xlsx", "--paiements", "liste.csv"],
        ),
        ("8\n'{folder}/liste.csv'\n", ["modele", "--depuis", "liste.csv", "-o", "liste.xlsx"]),
        ("8\n'{quoted}/liste.csv'\n", ["modele", "--depuis", "liste.csv", "-o", "liste.xlsx"]),
        ("8\n{folder}/demandes.xlsx\n", ["modele", "--depuis", "demandes.xlsx", "-o", "demandes - repris.xlsx"]),
    ],
)
def test_each_action_of_the_menu_calls_the_tool(kit: Kit, typed: str, called: list[str]) -> None:
    for name in ("demandes.xlsx", "JSON-1234567890-20260105-001.json", "réponse du portail.json", "liste.csv"):
        kit.put(name)
    with kit.window(
        menu=typed.format(folder=escaped(kit.folder, typed), quoted=str(kit.folder).replace("'", "'\\''"))
    ) as window:
        assert window.close() == 0, window.shown
    assert "Entrée seule : 2" in window.shown
    assert [Path(word).name for word in kit.calls()[-1]] == called


def escaped(path: Path, typed: str) -> str:
    """As a terminal types what is dragged into it, where no quotes stand around it."""
    return str(path) if "'" in typed else re.sub(r"([ '&()])", r"\\\1", str(path))


WILL_NOT_DO = {
    "": "",
    "   ": "",
    "absent.csv": "« absent.csv » : aucun fichier à cet endroit",
    "'{folder}'": "c’est un dossier, il faut un fichier",
    "~": "c’est un dossier, il faut un fichier",
    "/": "« / » : c’est un dossier, il faut un fichier",
    "~personne/liste.csv": "aucun fichier à cet endroit",
    "x" * 3000: "aucun fichier à cet endroit",
    "{folder}/notes.txt": "« notes.txt » : ce n’est",
    '"{folder}/notes.txt"': "« notes.txt » : ce n’est",
}
"""What is typed for a file, and what is said of it."""


@pytest.mark.parametrize("action", ["5", "6", "8"])
def test_a_file_that_will_not_do_is_told_and_asked_for_again(kit: Kit, action: str) -> None:
    kit.put("demandes.xlsx")
    kit.put("notes.txt")
    with kit.window(menu=f"{action}\n") as window:
        window.until("pour abandonner) : ")
        for typed, said in WILL_NOT_DO.items():
            before = len(window.shown)
            folder = str(kit.folder) if typed[:1] in "'\"" else escaped(kit.folder, typed)
            window.type(f"{typed.format(folder=folder)}\n")
            assert said in window.until("pour abandonner) : ")[before:]
        window.type("q\n")
        assert window.close() == 130
    assert "erreur imprévue" not in window.shown
    assert not kit.calls()


def test_a_path_of_ones_home_is_found(kit: Kit, tmp_path: Path) -> None:
    kit.env["HOME"] = str(tmp_path)
    kit.put("demandes.xlsx")
    (tmp_path / "ma liste.csv").touch()
    with kit.window(menu="6\n~/ma\\ liste.csv\n") as window:
        assert window.close() == 0
    assert kit.calls()[-1][-1] == str(tmp_path / "ma liste.csv")


def test_an_old_file_is_never_taken_over_twice_into_one_workbook(kit: Kit) -> None:
    """The sheet Correspondance that the user filled in last says where the columns go."""
    kit.put("liste.xls")
    menu = f"8\n'{kit.folder}/liste.xls'\n"
    calls = []
    for name, sheet in (
        ("liste.xlsx", "Correspondance"),
        ("liste - repris.xlsx", "Demandes"),
        ("liste - repris 2.xlsx", ""),
    ):
        with kit.window(menu=menu) as window:
            assert window.close() == 0
        assert f"reprises dans un classeur neuf, « {name} »" in window.shown
        assert f"Continuez dans « {name} » ; « liste.xls » reste tel quel" in window.shown
        assert f"À ouvrir : {kit.folder / name}" in window.shown
        calls.append([Path(word).name for word in kit.calls()[-1][4:]])
        with zipfile.ZipFile(kit.put(name), "w") as package:
            package.writestr("xl/workbook.xml", f'<sheet name="{sheet}"/>')
    assert calls == [
        ["liste.xlsx"],
        ["liste - repris.xlsx", "--correspondance", "liste.xlsx"],
        ["liste - repris 2.xlsx", "--correspondance", "liste.xlsx"],
    ]


@pytest.mark.parametrize("code", ["F003", "F009"])
@pytest.mark.parametrize(("typed", "renewed"), [("\n", False), ("non\n", False), ("Oui\n", True), ("OUI\n", True)])
def test_a_workbook_that_is_not_ours_is_taken_over_where_the_user_says_so(
    kit: Kit, code: str, typed: str, *, renewed: bool
) -> None:
    foreign = kit.put("commandes.xlsx")
    kit.env["STUB_REPORT"] = json.dumps({"anomalies": [{"code": code, "gravite": "erreur"}], "annote": None})
    kit.env["STUB_END"] = "2"
    with kit.window(foreign) as window:
        assert "peuvent être reprises dans un classeur neuf, « commandes - repris.xlsx »" in window.until("Tapez OUI")
        window.type(typed)
        assert window.close() == (0 if renewed else 2)
    new = ["modele", "--depuis", str(foreign), "-o", str(kit.folder / "commandes - repris.xlsx")]
    assert kit.calls()[1:] == ([new] if renewed else [])


DEPOSITS = {
    "depots": [
        {
            "depot": f"JSON-1234567890-2026010{day}-001",
            "jour": f"0{day}/01/2026",
            "demandes": [f"0000{number}" for number in range(1, 8)],
            "montant": "13 750,00 €",
            "annulable": day > 1,
            "present": True,
            "json": "depots/J/J.json",  # what the report of the withdrawal, by the same stub, needs
        }
        for day in (1, 2, 3)
    ]
}


@pytest.mark.parametrize(("why", "how"), [("1", []), ("2", ["--refuse-en-bloc"])])
def test_a_deposit_to_withdraw_is_chosen_from_a_list_and_why_is_asked(kit: Kit, why: str, how: list[str]) -> None:
    workbook = kit.put("demandes.xlsx")
    kit.env["STUB_REPORT"] = json.dumps(DEPOSITS)
    with kit.window(menu="4\n") as window:
        shown = window.until("1 à 2")
        assert "JSON-1234567890-20260101-001" not in shown  # the portal answered
        assert "2. JSON-1234567890-20260103-001, du 03/01/2026, 13 750,00 € HT : demandes 00001, 00002," in shown
        assert "00005 et 2 de plus" in shown
        window.type("2\n")
        assert "2. Le portail l’a refusé en entier" in window.until("aucune n’a reçu de réponse")
        window.type(f"{why}\n")
        assert window.close() == 0
    assert kit.calls()[-1] == ["annuler", "JSON-1234567890-20260103-001", str(workbook), *how]


def test_the_zips_of_a_deposit_are_made_again(kit: Kit) -> None:
    workbook = kit.put("demandes.xlsx")
    kit.env["STUB_REPORT"] = json.dumps(DEPOSITS)
    with kit.window(menu="7\n") as window:
        window.until("1 à 3")
        window.type("1\n")
        assert window.close() == 0
    assert kit.calls()[-1] == ["convertir", str(workbook), "--refaire-zips", "JSON-1234567890-20260101-001"]


@pytest.mark.parametrize(
    ("typed", "again"), [("\n", False), ("o\n", False), ("non\n", False), ("oui\n", True), ("OUI\n", True)]
)
def test_an_answer_that_contradicts_another_replaces_it_where_the_user_says_so(
    kit: Kit, typed: str, *, again: bool
) -> None:
    kit.put("demandes.xlsx")
    answer = kit.put("JSON-1234567890-20260105-001.json")
    issue = {"code": "S011", "gravite": "avertissement"}
    kit.env["STUB_REPORT"] = json.dumps({"classeur": "demandes.xlsx", "anomalies": [issue], "depots": []})
    with kit.window(answer) as window:
        window.until("tapez OUI")
        window.type(typed)
        assert window.close() == 0
    assert [call[3:] for call in kit.calls()] == [[], ["--remplacer"]][: 1 + again]


def test_a_list_of_payments_that_is_dropped_goes_into_the_workbook(kit: Kit) -> None:
    workbook, payments = kit.put("demandes.xlsx"), kit.put("liste.csv")
    with kit.window(payments) as window:
        assert window.close() == 0
    assert kit.calls() == [["suivi", str(workbook), "-o", str(kit.folder / "suivi.xlsx"), "--paiements", str(payments)]]


def test_no_deposit_to_withdraw_is_told(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    with kit.window(menu="4\n") as window:
        assert window.close() == 2
    assert "Aucun dépôt de « demandes.xlsx » ne peut être annulé" in window.shown


def test_the_workbook_of_an_action_is_asked_for_where_there_are_several(kit: Kit) -> None:
    kit.put("a.xlsx")
    workbook = kit.put("b.xlsx")
    with kit.window(menu="3\n2\n") as window:
        assert window.close() == 0
    assert kit.calls()[-1][:2] == ["suivi", str(workbook)]


def test_the_menu_is_left_with_q_and_without_keyboard(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    for typed in ("q\n", "4\x04"):
        with kit.window(menu=typed) as window:
            window.type("\x04")
            assert window.close() in (2, 130)
    assert not [call for call in kit.calls() if call[0] != "suivi"]


@pytest.mark.parametrize("menu", ["", "5\n", "8\n"])
def test_the_menu_is_left_with_control_c(kit: Kit, menu: str) -> None:
    """Twice: the second where the window waits to be closed."""
    kit.put("demandes.xlsx")
    with kit.window(menu=menu) as window:
        window.until("puis Entrée (q pour abandonner)" if menu else "pour fermer) : ")
        window.process.send_signal(signal.SIGINT)
        assert "Abandonné." in window.until("pour fermer cette fenêtre")
        window.process.send_signal(signal.SIGINT)
        assert window.process.wait(timeout=30) == 130
    assert "Traceback" not in window.shown
    assert not kit.calls()


def test_the_guide_is_opened_or_its_place_told(kit: Kit) -> None:
    with kit.window(menu="9\n") as window:
        assert window.close() == 2
    guide = kit.put("Guide.html")
    with kit.window(menu="9\n") as window:
        assert window.close() == 0
    assert f"À ouvrir : {guide}" in window.shown
    assert not kit.calls()


# The libraries of the kit


def unpack(kit: Kit, lanceur: ModuleType, code: str = STUB) -> Path:
    """Make the stub's kit one whose libraries are unpacked; return their folder."""
    lock = kit.wheels / "requirements.lock"
    lock.write_text("bibliotheque==1.0\n")
    ours, libraries = kit.folder / "bibliotheques" / "segur-hop", kit.folder / "bibliotheques" / lanceur.target()
    (ours / "segur_hop-0.1.0.dist-info").mkdir(parents=True)
    (ours / "converter").mkdir()
    (ours / "converter" / "__init__.py").touch()
    (ours / "converter" / "__main__.py").write_text(code, encoding="utf-8")
    (libraries / "bibliotheque").mkdir(parents=True)
    (libraries / "bibliotheque" / "__init__.py").touch()
    shutil.copy(lock, libraries / lanceur.STAMP)
    return libraries


def test_unpacked_libraries_need_no_installation_and_stay_as_they_are(new: Kit, lanceur: ModuleType) -> None:
    libraries = unpack(new, lanceur)
    embeddable(new.folder / "python")  # no pip
    before = sorted(path for path in new.folder.rglob("*"))
    outcome = new.run()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "Installation" not in outcome.stdout
    assert len(new.calls()) == 1
    assert sorted(path for path in new.folder.rglob("*")) == before
    assert list((new.data / "segur-hop" / "bytecode").rglob("__main__*.pyc"))
    assert (libraries / lanceur.STAMP).is_file()


def test_libraries_of_another_making_are_told_first_and_installed_instead(new: Kit, lanceur: ModuleType) -> None:
    (unpack(new, lanceur) / lanceur.STAMP).write_text("bibliotheque==0.9\n")
    quick_pip(new.wheels)
    outcome = new.run()
    assert plain(outcome.stdout).startswith("\nCe kit n’est pas à jour : l’outil y a été renouvelé")
    assert "Installation" in outcome.stdout
    assert outcome.returncode == 0


def test_a_file_missing_from_the_unpacked_libraries_is_told(new: Kit, lanceur: ModuleType) -> None:
    shutil.rmtree(unpack(new, lanceur) / "bibliotheque")
    outcome = new.run()
    assert outcome.returncode == 3
    assert "Le kit est abîmé" in outcome.stdout


@pytest.mark.parametrize(
    "raised",
    [
        "ImportError('DLL load failed while importing x: An Application Control policy has blocked this file.')",
        "ImportError('DLL load failed: Une stratégie de contrôle d\u2019application a bloqué ce fichier.')",
        "OSError('[WinError 4551] Une stratégie')",
        "ImportError('DLL load failed while importing x: Ce programme est bloqué par une stratégie de groupe.')",
    ],
)
def test_a_policy_that_blocks_our_files_is_named_with_the_list_to_allow(
    new: Kit, lanceur: ModuleType, raised: str
) -> None:
    libraries = unpack(new, lanceur, f"raise {raised}\n")
    for name in ("numpy/_core/x.pyd", "numpy.libs/y.dll", "z.py"):
        (libraries / name).parent.mkdir(parents=True, exist_ok=True)
        (libraries / name).touch()
    outcome = new.run()
    assert outcome.returncode == 3
    assert "AppLocker ou WDAC" in outcome.stdout
    assert "3 fichiers à autoriser" in plain(outcome.stdout)
    listed = (new.folder / "fichiers-a-autoriser.txt").read_text("utf-8").splitlines()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert listed[1:] == [f"{empty}  {libraries / name}" for name in ("numpy/_core/x.pyd", "numpy.libs/y.dll")]


def test_an_older_kit_says_so_first(installed: Kit) -> None:
    workbook = installed.put("demandes.xlsx")
    said = '<property name="segur-hop.version"><vt:lpwstr>0.10.0</vt:lpwstr></property>'
    with zipfile.ZipFile(workbook, "w") as package:
        package.writestr("docProps/custom.xml", said)
    shown = plain(installed.run().stdout)
    assert shown.startswith("\nCe kit n’est pas à jour : « demandes.xlsx » a été fait par la version 0.10.0")
    (installed.data / "segur-hop" / "0.2.0-cpython-313").mkdir()
    assert "la version 0.2.0 de l’outil a déjà servi sur ce poste" in plain(installed.run().stdout)


# The window


def test_open_workbook_is_tried_again_once_closed(kit: Kit) -> None:
    workbook, lock = kit.put("demandes.xlsx"), kit.put("~$demandes.xlsx")
    with kit.window() as window:
        assert "Fermez le classeur dans Excel, puis appuyez sur Entrée" in window.until("abandonner) : ")
        window.type("\n")  # not yet closed
        window.until("abandonner) : ")
        lock.unlink()
        window.type("\n")
        assert window.close() == 0
    assert kit.calls() == [["convertir", str(workbook)]] * 3


def test_open_workbook_is_given_up_with_q(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    kit.put("~$demandes.xlsx")
    with kit.window() as window:
        window.until("abandonner) : ")
        window.type("q\n")
        assert window.close() == 3
    assert len(kit.calls()) == 1


def test_refusal_for_another_reason_points_to_the_tools_advice(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    kit.env["STUB_END"] = "3"
    with kit.window() as window:
        assert "Suivez le conseil ci-dessus" in window.until("abandonner) : ")
        window.type("q\n")
        assert window.close() == 3


def test_nobody_is_asked_when_nobody_is_there(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    kit.put("~$demandes.xlsx")
    assert kit.run().returncode == 3
    assert len(kit.calls()) == 1


@pytest.mark.parametrize(("arguments", "env"), [(["--sans-attente"], {}), ([], {"CI": "true"})])
def test_window_does_not_wait_when_told_so(kit: Kit, arguments: list[str], env: dict[str, str]) -> None:
    workbook = kit.put("demandes.xlsx")
    kit.env |= env
    with kit.window(*arguments) as window:
        assert window.process.wait(timeout=30) == 0
    assert kit.calls() == [["convertir", str(workbook)]]


Desk = Callable[[], list[str]]


@pytest.fixture
def desk(kit: Kit, tmp_path: Path) -> Desk:
    """A desktop that writes down what it is asked to open."""
    opened = tmp_path / "ouverts"
    opened.touch()
    fake_python(tmp_path / "bureau", "xdg-open", f'printf "%s\\n" "$1" >>"{opened}"')
    kit.env |= {"PATH": f"{tmp_path / 'bureau'}:{PATH}", "DISPLAY": ":0"}

    def shown() -> list[str]:
        time.sleep(0.1)  # the desktop takes its time
        return sorted(opened.read_text().splitlines())

    return shown


ERROR = {"anomalies": [{"gravite": "avertissement"}, {"gravite": "erreur"}]}
WARNING = {"anomalies": [{"gravite": "avertissement"}]}


@pytest.mark.parametrize(
    ("report", "end", "opened"),
    [
        ({}, "0", []),
        ({**ERROR, "annote": "demandes - contrôlé.xlsx"}, "1", ["demandes - contrôlé.xlsx"]),
        ({**ERROR, "annote": None}, "2", []),
        (WARNING, "0", []),
        (ERROR, "1", ["demandes.xlsx"]),
        ({"depots": [{"json": "depots/J1/J1.json"}]}, "0", ["depots/J1"]),
        ({"depots": [{"json": "depots/J1/J1.json"}, {"json": "depots/J2/J2.json"}]}, "0", ["depots"]),
        ({**ERROR, "depots": [{"json": "depots/J1/J1.json"}]}, "1", ["demandes.xlsx", "depots/J1"]),
    ],
)
def test_results_are_opened(kit: Kit, desk: Desk, report: dict[str, object], end: str, opened: list[str]) -> None:
    kit.put("demandes.xlsx")
    kit.env |= {"STUB_REPORT": json.dumps(report), "STUB_END": end}
    with kit.window() as window:
        assert window.close() == int(end)
    assert desk() == [str(kit.folder / name) for name in opened]


def test_nothing_is_opened_when_nobody_is_there(kit: Kit, desk: Desk) -> None:
    kit.put("demandes.xlsx")
    kit.env |= {"STUB_REPORT": json.dumps(ERROR), "STUB_END": "1"}
    assert kit.run().returncode == 1
    assert desk() == []


def test_without_a_desktop_the_place_is_told(kit: Kit) -> None:
    workbook = kit.put("demandes.xlsx")
    kit.env |= {"STUB_REPORT": json.dumps(ERROR), "STUB_END": "1"}
    with kit.window() as window:
        assert window.close() == 1
        assert f"À ouvrir : {workbook}" in window.shown


def test_the_tool_is_left_the_time_to_end_when_it_is_interrupted(installed: Kit) -> None:
    slow = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('au travail', flush=True)"
    (place,) = installed.environments
    (place / "converter" / "__main__.py").write_text(f"{slow}; time.sleep(0.6)\n{STUB}", "utf-8")
    with installed.window(menu="1\n") as window:
        window.until("au travail")
        window.process.send_signal(signal.SIGINT)
        assert "Abandonné." in window.until("pour fermer cette fenêtre")
    assert installed.calls() == [["valider", str(installed.folder / "demandes.xlsx")]]


def test_crash_of_the_tool_is_told(kit: Kit) -> None:
    kit.put("demandes.xlsx")
    kit.env["STUB_END"] = "crash"
    outcome = kit.run()
    assert outcome.returncode == 1
    assert "erreur imprévue" in outcome.stdout
    assert "RuntimeError: bug" in outcome.stderr


def test_worst_exit_code_of_several_workbooks_is_returned(kit: Kit) -> None:
    kit.put("a.xlsx")
    kit.put("~$a.xlsx")
    kit.put("b.xlsx")
    assert kit.run().returncode == 3
    assert len(kit.calls()) == 2


# The files themselves


def test_batch_file_keeps_to_the_rules_of_cmd() -> None:
    raw = (TEMPLATES / "Convertir.cmd").read_bytes()
    lines = raw.decode("utf-8").split("\r\n")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    first_accent = next(number for number, line in enumerate(lines) if not line.isascii())
    assert any(line.startswith("chcp 65001") for line in lines[:first_accent])
    code = [line for line in lines if not line.startswith(("rem", "echo"))]
    assert all(re.search(r'"%~dp0[^"]*"', line) for line in code if "%~dp0" in line)
    assert not [line for line in code if re.match(r"(cd|pushd)\b", line)]  # cmd.exe has no network current directory
    labels = {line for line in lines if line.startswith(":")}
    assert {":" + target for target in re.findall(r"goto :(\w+)", raw.decode())} == labels


@pytest.mark.parametrize("name", ["Convertir.sh", "Convertir.command"])
def test_shell_launchers_can_be_run(name: str) -> None:
    path = TEMPLATES / name
    assert os.access(path, os.X_OK)
    assert path.read_bytes().startswith(b"#!/bin/sh\n")
    assert b"\r" not in path.read_bytes()


# The real tool


@pytest.fixture
def real(tmp_path: Path, lanceur: ModuleType) -> Kit:
    """A kit whose environment is the one the tests run in, linked instead of installed."""
    kit = make_kit(tmp_path / AWKWARD, tmp_path / "data")
    wheel = next(kit.wheels.glob("segur_hop-*.whl"))
    place = kit.data / "segur-hop" / f"{lanceur.wheel_version(wheel)}-{sys.implementation.cache_tag}"
    place.mkdir(parents=True)
    for library in Path(pytest.__file__).parents[1].iterdir():
        if library.name != "converter":  # what an editable install leaves there
            (place / library.name).symlink_to(library)
    (place / "converter").symlink_to(TEMPLATES.parent / "converter")
    (place / lanceur.STAMP).write_text(lanceur.fingerprint([wheel, kit.wheels / "requirements.lock"]))
    kit.env["PATH"] = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return kit


def test_real_tool_deposits_once_excel_is_closed_and_takes_the_answer(real: Kit) -> None:
    """From a double-click to the answer: commands, report and exit codes are what the launcher takes them for."""
    sample = TEMPLATES.parent / "samples" / "exemple-du-guide"
    if not (sample / "demandes.xlsx").exists():
        pytest.skip("the sample is not there yet")
    shutil.copytree(sample, real.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("depots", "sauvegardes"))
    lock = real.put("~$demandes.xlsx")
    with real.window() as window:
        window.until("abandonner) : ")
        lock.unlink()
        window.type("\n")
        assert window.close() == 0, window.shown
    (deposit,) = real.folder.glob("depots/JSON-*/")
    assert f"À ouvrir : {deposit}" in window.shown
    if "retour" not in commands.commands:
        pytest.skip("retour is not there yet")
    answer = real.folder / "réponse.json"
    answer.write_text(next(deposit.glob("*.json")).read_text("utf-8").replace('"numeroASP": null', '"numeroASP": "A1"'))
    outcome = real.run(answer)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
