"""Sign-in by the provider of a body (OpenID Connect): which there are, whose logins are whose, who is on the way.

A provider vouches for people in its own body and in no other: a session that it opened says so, and ends when the
login or the provider goes.
"""

from alembic import op

revision = "0051"
down_revision = "0056b"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.provider (
    tenant_id    uuid        NOT NULL,
    provider_id  uuid        NOT NULL,
    name         text        COLLATE "C" NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    label_en     text        NOT NULL CHECK (octet_length(label_en) BETWEEN 1 AND 200),
    label_fr     text        NOT NULL CHECK (octet_length(label_fr) BETWEEN 1 AND 200),
    issuer       text        COLLATE "C" NOT NULL CHECK (octet_length(issuer) BETWEEN 10 AND 500),
    client_id    text        COLLATE "C" NOT NULL CHECK (octet_length(client_id) BETWEEN 1 AND 300),
    sealed       bytea       CHECK (octet_length(sealed) BETWEEN 29 AND 1100),
    sealed_by    text        COLLATE "C",
    secret_file  text        CHECK (octet_length(secret_file) BETWEEN 2 AND 1000),
    hosts        text[]      COLLATE "C" NOT NULL,
    domains      text[]      COLLATE "C" NOT NULL,
    acr_required text[]      COLLATE "C" NOT NULL,
    acr_second   text[]      COLLATE "C" NOT NULL,
    amr_second   text[]      COLLATE "C" NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, provider_id),
    CHECK ((sealed IS NULL) = (sealed_by IS NULL)),
    CHECK (sealed IS NULL OR secret_file IS NULL)
);
COMMENT ON TABLE access.provider IS
    'Where the people of a body sign in instead (OpenID Connect). Operators set it up.';
COMMENT ON COLUMN access.provider.name IS 'In the address to which the provider sends people back: it stays.';
COMMENT ON COLUMN access.provider.sealed IS 'The client''s secret, encrypted as the keys in pii.key are.';
COMMENT ON COLUMN access.provider.secret_file IS 'Or where it is read; neither: the client has none.';
COMMENT ON COLUMN access.provider.hosts IS 'The only hosts, with their ports, that we ask or send people to.';
COMMENT ON COLUMN access.provider.domains IS 'Of which it may say that a mail address is somebody''s.';
COMMENT ON COLUMN access.provider.acr_required IS 'One of these it has to say; none: whatever it says will do.';
COMMENT ON COLUMN access.provider.acr_second IS 'Those of which two factors were shown; amr_second: likewise.';

CREATE TABLE access.login (
    account_id  uuid        NOT NULL REFERENCES access.account ON DELETE CASCADE,
    body_id     uuid        NOT NULL,
    provider_id uuid        NOT NULL,
    subject     text        COLLATE "C" NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 255),
    linked_by   text        COLLATE "C" NOT NULL CHECK (linked_by IN ('address', 'owner')),
    linked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, body_id, provider_id),
    UNIQUE (body_id, provider_id, subject),
    FOREIGN KEY (body_id, provider_id) REFERENCES access.provider ON DELETE CASCADE
);
COMMENT ON TABLE access.login IS
    'Who an account is at a provider. Removing a row ends the sessions that it opened.';
COMMENT ON COLUMN access.login.subject IS 'As the provider names the person: it never gives it to somebody else.';
COMMENT ON COLUMN access.login.linked_by IS
    'By a verified address of an allowed domain, or by its owner, signed in.';

ALTER TABLE access.login ALTER COLUMN subject SET STATISTICS 0; -- as in 0056: an erasure leaves no sample of it

ALTER TABLE access.session
    ADD COLUMN via_body uuid,
    ADD COLUMN via_provider uuid,
    ADD CHECK ((via_body IS NULL) = (via_provider IS NULL)),
    ADD FOREIGN KEY (account_id, via_body, via_provider) REFERENCES access.login ON DELETE CASCADE;
CREATE INDEX ON access.session (account_id, via_body, via_provider);
COMMENT ON COLUMN access.session.via_body IS
    'By whose provider it was opened: it acts for that body alone. Null: by means of the account''s own.';

CREATE TABLE access.redirect (
    state_hash  bytea       PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    body_id     uuid        NOT NULL,
    provider_id uuid        NOT NULL,
    language    text        COLLATE "C" NOT NULL CHECK (language IN ('en', 'fr')),
    next        text        CHECK (octet_length(next) <= 500),
    session_id  uuid,
    expires_at  timestamptz NOT NULL,
    FOREIGN KEY (body_id, provider_id) REFERENCES access.provider ON DELETE CASCADE
);
CREATE INDEX ON access.redirect (expires_at);
CREATE INDEX ON access.redirect (body_id, provider_id);
COMMENT ON TABLE access.redirect IS
    'Who was sent to a provider and is not back yet, by a hash of what only that browser shows: it belongs to '
    'nobody, so it has no policy, and no role reaches it but by access.new_redirect() and access.use_redirect().';
COMMENT ON COLUMN access.redirect.session_id IS 'The session whose account gets the login; null: to sign in.';
"""

# The forms of the policies are such that a solver can prove them: do not wrap them.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"
SECURED = {"access.provider": ("of_tenant", OF_TENANT), "access.login": ("of_account", OF_ACCOUNT)}

GRANTS = """
GRANT SELECT, INSERT, DELETE ON access.provider TO entente_app;
GRANT UPDATE (label_en, label_fr, client_id, sealed, sealed_by, secret_file, hosts, domains, acr_required,
    acr_second, amr_second) ON access.provider TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.login TO entente_app;
"""

# What is asked before anybody knows who comes. As in 0030; the list is what the sign-in page shows to all.
LOOK_UP = """
CREATE POLICY owner_finds ON access.provider FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_finds ON access.login FOR SELECT TO entente_owner USING (true);

CREATE FUNCTION access.find_provider(p_name text) RETURNS SETOF access.provider
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.* FROM access.provider p WHERE p.name = p_name
$$;
COMMENT ON FUNCTION access.find_provider(text) IS 'The provider of this name, or no row.';

CREATE FUNCTION access.list_providers(p_max int)
RETURNS TABLE (tenant_id uuid, provider_id uuid, name text, label_en text, label_fr text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.tenant_id, p.provider_id, p.name, p.label_en, p.label_fr FROM access.provider p
    ORDER BY p.name LIMIT p_max
$$;
COMMENT ON FUNCTION access.list_providers(int) IS 'What the sign-in page shows to everybody, by name.';

CREATE FUNCTION access.find_login(p_body uuid, p_provider uuid, p_subject text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.account_id FROM access.login l
    WHERE l.body_id = p_body AND l.provider_id = p_provider AND l.subject = p_subject
$$;
COMMENT ON FUNCTION access.find_login(uuid, uuid, text) IS 'Whose login this is, or null.';

CREATE FUNCTION access.new_redirect(
    p_hash bytea, p_body uuid, p_provider uuid, p_language text, p_next text, p_session uuid, p_valid interval
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM access.redirect WHERE state_hash IN (
        SELECT r.state_hash FROM access.redirect r WHERE r.expires_at < clock_timestamp()
        ORDER BY r.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
    );
    INSERT INTO access.redirect (state_hash, body_id, provider_id, language, next, session_id, expires_at)
    VALUES (p_hash, p_body, p_provider, p_language, p_next, p_session, clock_timestamp() + p_valid);
$$;
COMMENT ON FUNCTION access.new_redirect(bytea, uuid, uuid, text, text, uuid, interval) IS 'Remember who was sent.';

CREATE FUNCTION access.use_redirect(p_hash bytea)
RETURNS TABLE (body_id uuid, provider_id uuid, language text, next text, session_id uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_row access.redirect;
BEGIN
    DELETE FROM access.redirect r WHERE r.state_hash = p_hash RETURNING r.* INTO v_row;
    IF v_row.expires_at > clock_timestamp() THEN
        RETURN QUERY SELECT v_row.body_id, v_row.provider_id, v_row.language, v_row.next, v_row.session_id;
    END IF;
END $$;
COMMENT ON FUNCTION access.use_redirect(bytea) IS 'Who was sent with this and is back now, once; or no row.';

DROP FUNCTION access.use_session(bytea, interval);
CREATE FUNCTION access.use_session(p_hash bytea, p_idle interval)
RETURNS TABLE (
    session_id uuid, account_id uuid, email text, language text, factor text, expires_at timestamptz,
    has_second boolean, via_body uuid, via_provider uuid,
    tenant_id uuid, membership_id uuid, role text, person_id uuid
)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE access.session s SET seen_at = clock_timestamp()
    WHERE s.session_hash = p_hash AND s.expires_at > clock_timestamp()
        AND s.seen_at > clock_timestamp() - p_idle
        AND s.seen_at < clock_timestamp() - p_idle / 60; -- not one write per request
    RETURN QUERY SELECT s.session_id, s.account_id, a.email, a.language, s.factor, s.expires_at,
        EXISTS (SELECT FROM access.second_factor f WHERE f.account_id = s.account_id AND NOT f.pending),
        s.via_body, s.via_provider, m.tenant_id, m.membership_id, m.role, m.person_id
    FROM access.session s JOIN access.account a USING (account_id)
    LEFT JOIN access.membership m
        ON m.tenant_id = s.body_id AND m.membership_id = s.membership_id AND m.account_id = s.account_id
        AND (s.via_body IS NULL OR s.via_body = m.tenant_id) -- a provider vouches in its own body alone
    WHERE s.session_hash = p_hash AND s.expires_at > clock_timestamp() AND s.seen_at > clock_timestamp() - p_idle;
END $$;
COMMENT ON FUNCTION access.use_session(bytea, interval) IS
    'The valid session of this hash with the membership that it acts for, or no row; it then counts as used.';

GRANT EXECUTE ON FUNCTION
    access.find_provider(text),
    access.list_providers(int),
    access.find_login(uuid, uuid, text),
    access.new_redirect(bytea, uuid, uuid, text, text, uuid, interval),
    access.use_redirect(bytea),
    access.use_session(bytea, interval)
TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    for table, (name, rule) in SECURED.items():
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY {name} ON {table} TO entente_app USING ({rule}) WITH CHECK ({rule})"
        )
    for part in (GRANTS, LOOK_UP):
        bind.exec_driver_sql(part)
