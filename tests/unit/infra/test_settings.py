import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.environment import load_settings
from infra.secret_files import SecretFileError, read_or_create_secret
from infra.settings import DatabaseSettings, Profile, Role, Settings, SettingsError
from infra.variables import SETTINGS, Setting

SECRET = "0123456789abcdef0123456789abcdef"
URL = "postgresql://admin:hidden@db.example:5433/entente?sslmode=require"
SMTP = "smtp://relay:p%40ss@mail.example.ca"
REAL = {
    "ENTENTE_DATABASE_URL": URL,
    "ENTENTE_SECRET_KEY": SECRET,
    "ENTENTE_ALLOWED_HOSTS": "entente.example, www.entente.example",
}


def load(tmp_path: Path, **variables: str) -> Settings:
    return load_settings({"ENTENTE_INSTANCE_DIR": str(tmp_path), **variables})


def test_without_variables_the_database_is_the_embedded_one(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.database.embedded
    assert settings.database.name == "entente"
    assert settings.profile is Profile.PRODUCTION
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)
    assert settings.web.body_max_bytes == 1048576
    assert settings.web.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert settings.web.metrics_token is None


def test_the_generated_secret_is_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)

    assert first == second
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "postgres-password").stat().st_mode & 0o777 == 0o600


def test_two_instances_have_different_secrets(tmp_path: Path) -> None:
    assert load(tmp_path / "a").secret_key != load(tmp_path / "b").secret_key


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    read_or_create_secret(path)
    path.chmod(0o644)

    with pytest.raises(SecretFileError, match="chmod 600"):
        read_or_create_secret(path)


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(0o600)

    with pytest.raises(SecretFileError, match="empty"):
        read_or_create_secret(path)


def test_a_real_server_is_described_in_full(tmp_path: Path) -> None:
    settings = load(tmp_path, **REAL, ENTENTE_HOST="0.0.0.0", ENTENTE_PORT="80")  # noqa: S104 - only parsed

    assert settings.database == DatabaseSettings(admin_dsn=URL, secret_key=SECRET.encode())
    assert settings.web.allowed_hosts == ("entente.example", "www.entente.example")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_variable_is_refused_with_its_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ENTENTE_PROT is not a setting.*Did you mean ENTENTE_PORT\?"):
        load(tmp_path, ENTENTE_PROT="80")


def test_variables_without_the_prefix_are_not_ours(tmp_path: Path) -> None:
    assert load(tmp_path, PORT="9", DATABASE_URL="x").web.port == 8000


def test_an_empty_variable_counts_as_absent(tmp_path: Path) -> None:
    assert load(tmp_path, ENTENTE_DATABASE_URL="", ENTENTE_PORT="").database.embedded


@pytest.mark.parametrize("missing", ["ENTENTE_SECRET_KEY", "ENTENTE_ALLOWED_HOSTS"])
def test_a_real_server_requires(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is required"):
        load(tmp_path, **{name: value for name, value in REAL.items() if name != missing})


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has 5 bytes; expected at least 32"):
        load(tmp_path, ENTENTE_SECRET_KEY="short")


def test_the_demo_profile_runs_on_the_embedded_database_only(tmp_path: Path) -> None:
    assert load(tmp_path, ENTENTE_PROFILE="demo").profile is Profile.DEMO
    with pytest.raises(SettingsError, match="embedded database only"):
        load(tmp_path, **REAL, ENTENTE_PROFILE="demo")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENTENTE_PORT", "eighty"),
        ("ENTENTE_PORT", "65536"),
        ("ENTENTE_PORT", "-1"),
        ("ENTENTE_BODY_MAX_BYTES", "0"),
        ("ENTENTE_PROFILE", "staging"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}'; expected"):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize("url", ["mysql://u:hidden@h/d", "postgresql://u:hidden@h", "host=h password=hidden"])
def test_a_database_url_that_is_not_understood_is_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, **{**REAL, "ENTENTE_DATABASE_URL": url})

    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize("secret", [setting for setting in SETTINGS if setting.secret], ids=lambda s: s.name)
def test_every_secret_may_come_from_a_file(tmp_path: Path, secret: Setting) -> None:
    values = {
        "ENTENTE_METRICS_TOKEN": "token",
        "ENTENTE_SIGNER_KEY": "ab" * 32,
        "ENTENTE_SMTP_URL": SMTP,
        "ENTENTE_MAIL_FROM": "entente@example.ca",
        **REAL,
    }
    name = secret.name
    file = tmp_path / "secret"
    file.write_text(values[name] + "\n")
    from_file = {**values, f"{name}_FILE": str(file)}
    del from_file[name]

    assert load(tmp_path, **from_file) == load(tmp_path, **values)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set"):
        load(tmp_path, ENTENTE_METRICS_TOKEN="a", ENTENTE_METRICS_TOKEN_FILE="/b")


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_secret_file_that_is_absent_or_empty_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SettingsError, match="ENTENTE_METRICS_TOKEN_FILE points at"):
        load(tmp_path, ENTENTE_METRICS_TOKEN_FILE=str(file))


def test_only_secrets_have_a_file_form(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ENTENTE_PORT_FILE is not a setting"):
        load(tmp_path, ENTENTE_PORT_FILE="/x")


def test_no_secret_shows_in_a_representation(tmp_path: Path) -> None:
    mail = {"ENTENTE_SMTP_URL": SMTP, "ENTENTE_MAIL_FROM": "entente@example.ca"}
    shown = repr(load(tmp_path, **REAL, **mail, ENTENTE_METRICS_TOKEN="metrics-token"))

    for secret in ("hidden", SECRET, "metrics-token", "p@ss"):
        assert secret not in shown


def test_a_role_logs_in_on_the_administrators_server_with_its_own_password() -> None:
    settings = DatabaseSettings(admin_dsn=URL + "&user=x&password=y", secret_key=SECRET.encode())
    password = settings.role_password(Role.APP)

    assert settings.dsn(Role.APP) == (
        f"postgresql://entente_app:{password}@db.example:5433/entente?sslmode=require"
    )
    # HMAC-SHA256 of "postgres-role:entente_app", computed with openssl. A change locks every installation out.
    assert password == "52cdb7fe903f76f65f2ab4594b60693b7e3477be30f4ad52f477900364b5d68b"
    assert len({settings.role_password(role) for role in Role}) == len(Role)


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
def test_any_database_name_survives_the_url(name: str) -> None:
    settings = DatabaseSettings(admin_dsn=URL, secret_key=SECRET.encode()).with_database(name)

    assert settings.name == name
    assert DatabaseSettings(admin_dsn=settings.dsn(Role.APP), secret_key=b"").name == name


def test_each_setting_is_documented_with_its_default_and_description() -> None:
    page = Path(__file__).parents[3].joinpath("docs/settings.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(ENTENTE_\w+)`( \(secret\))? \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    assert [(name, bool(secret), meaning) for name, secret, _, meaning in table] == [
        (setting.name, setting.secret, setting.description) for setting in SETTINGS
    ]
    for (_, _, default, _), setting in zip(table, SETTINGS, strict=True):
        assert setting.default is None or default == f"`{setting.default}`"


def test_the_signers_key_is_made_once_and_only_when_it_is_asked_for(tmp_path: Path) -> None:
    proof = load(tmp_path).proof

    assert not (tmp_path / "signer-key").exists()
    assert len(proof.signer_seed()) == 32
    assert proof.signer_seed() == load(tmp_path).proof.signer_seed()
    assert (tmp_path / "signer-key").stat().st_mode & 0o777 == 0o600


def test_a_given_key_of_the_signer_is_taken_and_never_printed(tmp_path: Path) -> None:
    proof = load(tmp_path, ENTENTE_SIGNER_KEY="ab" * 32).proof

    assert proof.signer_seed() == b"\xab" * 32
    assert "abab" not in repr(proof)
    with pytest.raises(SettingsError, match="expected 64 hexadecimal digits"):
        load(tmp_path, ENTENTE_SIGNER_KEY="ab").proof.signer_seed()


def test_the_logs_are_named_after_the_first_host_unless_said_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path).proof.origin == "127.0.0.1/log"
    assert load(tmp_path, **REAL).proof.origin == "entente.example/log"
    assert load(tmp_path, ENTENTE_LOG_ORIGIN="logs.example").proof.origin == "logs.example"
    assert load(tmp_path).proof.checkpoint_dir == tmp_path / "checkpoints"
    assert load(tmp_path, ENTENTE_CHECKPOINT_DIR="/mnt/held").proof.checkpoint_dir == Path("/mnt/held")


@pytest.mark.parametrize("origin", ["https://x/log", "a b", "a+b", "a/", "/a"])
def test_a_name_that_no_checkpoint_could_bear_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(SettingsError, match="ENTENTE_LOG_ORIGIN"):
        load(tmp_path, ENTENTE_LOG_ORIGIN=origin)
