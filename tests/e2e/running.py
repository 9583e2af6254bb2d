"""`entente run --demo` as a process of its own, and what it has said so far."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 900


class Running:
    """The program with what it has said so far."""

    def __init__(self, instance_dir: Path, port: int) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}
        environment |= {"ENTENTE_INSTANCE_DIR": str(instance_dir), "PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "run", "--demo"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def wait_for(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            found = re.search(pattern, self.said)
            if found:
                return found
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)  # another process's output: there is nothing to wait for but the clock

    def close(self) -> None:
        self.process.wait(120)
        self._reader.join(120)
        assert self.process.stdout is not None
        self.process.stdout.close()
