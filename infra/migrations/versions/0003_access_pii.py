"""Personal data outside the logs, the keys of sealed text, and the tokens of the API.

What is in these tables may be corrected and removed; nothing in a log depends on it.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE pii.person (
    tenant_id  uuid        NOT NULL,
    person_id  uuid        NOT NULL,
    principal  uuid,
    name       text        CHECK (octet_length(name) BETWEEN 1 AND 1000),
    email      text        CHECK (octet_length(email) BETWEEN 3 AND 320),
    phone      text        CHECK (octet_length(phone) BETWEEN 3 AND 60),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, person_id),
    UNIQUE (tenant_id, principal)
);
COMMENT ON TABLE pii.person IS
    'Who stands behind a pseudonym of a log. Rows are corrected and removed; events keep the pseudonym alone.';
COMMENT ON COLUMN pii.person.principal IS 'The account or token for which the pseudonym was made, if any.';

CREATE TABLE pii.key (
    tenant_id  uuid        NOT NULL,
    key_id     uuid        NOT NULL,
    subject    uuid        NOT NULL,
    wrapped    bytea       NOT NULL CHECK (octet_length(wrapped) = 60),
    wrapped_by text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, key_id),
    UNIQUE (tenant_id, subject)
);
COMMENT ON TABLE pii.key IS
    'Data keys of sealed text, encrypted. Removing a row erases every text under it, in each copy of the log.';
COMMENT ON COLUMN pii.key.wrapped IS 'AES-256-GCM: 12 bytes of nonce, 32 of key, 16 of tag.';
COMMENT ON COLUMN pii.key.wrapped_by IS 'Names the wrapping key, so that the instance secret can be renewed.';

CREATE TABLE access.token (
    token_hash bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    tenant_id  uuid        NOT NULL,
    scope      text        COLLATE "C" NOT NULL DEFAULT 'body' CHECK (scope IN ('body', 'instance')),
    role       text        COLLATE "C" NOT NULL,
    person_id  uuid        NOT NULL,
    name       text        NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 400),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz,
    CHECK (scope = 'body' OR role = 'operator')
);
CREATE INDEX ON access.token (tenant_id);
COMMENT ON TABLE access.token IS 'Bearer tokens, by the SHA-256 of their 256 random bits.';
COMMENT ON COLUMN access.token.tenant_id IS 'The body in whose log person_id is a pseudonym.';
COMMENT ON COLUMN access.token.scope IS
    'body: acts for tenant_id alone. instance: an operator''s, who names the body with each request.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
SECURED = ("pii.person", "pii.key", "access.token")
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

GRANTS = """
GRANT USAGE ON SCHEMA pii TO entente_app;
GRANT SELECT, INSERT, DELETE ON pii.person TO entente_app;
GRANT UPDATE (principal, name, email, phone) ON pii.person TO entente_app;
GRANT SELECT, INSERT, DELETE ON pii.key TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.token TO entente_app;
GRANT UPDATE (name, expires_at, revoked_at) ON access.token TO entente_app;
"""

# Each is the only statement of its transaction, as the reads of the log are.
KEYS = """
CREATE FUNCTION pii.keys_by_id(p_tenant uuid, p_keys uuid[])
RETURNS TABLE (key_id uuid, subject uuid, wrapped bytea, wrapped_by text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT k.key_id, k.subject, k.wrapped, k.wrapped_by FROM pii.key k
    WHERE k.tenant_id = p_tenant AND k.key_id = ANY (p_keys);
END $$;

CREATE FUNCTION pii.keys_by_subject(p_tenant uuid, p_subjects uuid[])
RETURNS TABLE (key_id uuid, subject uuid, wrapped bytea, wrapped_by text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT k.key_id, k.subject, k.wrapped, k.wrapped_by FROM pii.key k
    WHERE k.tenant_id = p_tenant AND k.subject = ANY (p_subjects);
END $$;

-- Keeps the first key of each subject, whoever made it: the second statement sees what another transaction has
-- committed while the first one waited for it.
CREATE FUNCTION pii.make_keys(p_tenant uuid, p_keys uuid[], p_subjects uuid[], p_wrapped bytea[], p_by text)
RETURNS TABLE (key_id uuid, subject uuid, wrapped bytea, wrapped_by text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    INSERT INTO pii.key (tenant_id, key_id, subject, wrapped, wrapped_by)
    SELECT p_tenant, n.key_id, n.subject, n.wrapped, p_by
    FROM unnest(p_keys, p_subjects, p_wrapped) n(key_id, subject, wrapped)
    ORDER BY n.subject -- so that no two transactions wait for each other
    ON CONFLICT (tenant_id, subject) DO NOTHING;
    RETURN QUERY
    SELECT k.key_id, k.subject, k.wrapped, k.wrapped_by FROM pii.key k
    WHERE k.tenant_id = p_tenant AND k.subject = ANY (p_subjects);
END $$;

GRANT EXECUTE ON FUNCTION
    pii.keys_by_id(uuid, uuid[]),
    pii.keys_by_subject(uuid, uuid[]),
    pii.make_keys(uuid, uuid[], uuid[], bytea[], text)
TO entente_app;
"""

# A request shows its token before anybody knows whose it is. The one way round the policy is this function, which
# answers for one known hash; its owner cannot log in.
LOOK_UP = """
CREATE POLICY owner_finds ON access.token FOR SELECT TO entente_owner USING (true);
CREATE FUNCTION access.find_token(p_hash bytea)
RETURNS TABLE (tenant_id uuid, scope text, role text, person_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.tenant_id, t.scope, t.role, t.person_id, t.name FROM access.token t
    WHERE t.token_hash = p_hash AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;
COMMENT ON FUNCTION access.find_token(bytea) IS 'The valid token of this hash, or no row.';
GRANT EXECUTE ON FUNCTION access.find_token(bytea) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    for table in SECURED:
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_tenant ON {table} TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
        )
    for part in (GRANTS, KEYS, LOOK_UP):
        bind.exec_driver_sql(part)
