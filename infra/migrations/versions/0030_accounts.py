"""Accounts of people, what they are in which body, how they are invited, and their sessions.

An account belongs to no body: the same human being may be a member of several. Its rows are closed to whoever has
not entered that account, as the rows of a body are to whoever has not entered the body.
"""

from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.account (
    account_id      uuid        PRIMARY KEY,
    email           text        COLLATE "C" NOT NULL CHECK (octet_length(email) BETWEEN 3 AND 254),
    language        text        COLLATE "C" NOT NULL CHECK (language IN ('en', 'fr')),
    password_hash   text        COLLATE "C" NOT NULL CHECK (starts_with(password_hash, '$argon2id$')),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    password_set_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX account_once ON access.account (lower(email));
COMMENT ON TABLE access.account IS 'People who sign in. Removing a row ends sessions and memberships with it.';

CREATE TABLE access.membership (
    tenant_id     uuid        NOT NULL,
    membership_id uuid        NOT NULL,
    account_id    uuid        NOT NULL REFERENCES access.account ON DELETE CASCADE,
    role          text        COLLATE "C" NOT NULL CHECK (role IN (
        'coordinator', 'chair', 'member', 'partner_reporter', 'regional_adviser', 'plan_approver',
        'programme_officer', 'operator'
    )),
    person_id     uuid        NOT NULL,
    since         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, membership_id),
    UNIQUE (tenant_id, account_id, role),
    CHECK (role <> 'operator' OR tenant_id = '00000000-0000-7000-8000-00000000c0de')
);
CREATE INDEX ON access.membership (account_id);
COMMENT ON TABLE access.membership IS 'What an account is in a body. When it ends, the row goes.';
COMMENT ON COLUMN access.membership.person_id IS 'The pseudonym of the account in the log of tenant_id.';

CREATE TABLE access.invitation (
    tenant_id     uuid        NOT NULL,
    invitation_id uuid        NOT NULL,
    token_hash    bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    email         text        COLLATE "C" NOT NULL CHECK (octet_length(email) BETWEEN 3 AND 254),
    role          text        COLLATE "C" NOT NULL,
    language      text        COLLATE "C" NOT NULL CHECK (language IN ('en', 'fr')),
    invited_by    uuid        NOT NULL,
    invited_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, invitation_id)
);
COMMENT ON TABLE access.invitation IS
    'Links that make an account or a membership, by the SHA-256 of 256 random bits. Accepted, one goes.';
COMMENT ON COLUMN access.invitation.invited_by IS 'A pseudonym of the body''s log.';

CREATE TABLE access.session (
    session_hash  bytea       PRIMARY KEY CHECK (octet_length(session_hash) = 32),
    session_id    uuid        NOT NULL UNIQUE,
    account_id    uuid        NOT NULL REFERENCES access.account ON DELETE CASCADE,
    body_id       uuid,
    membership_id uuid,
    factor        text        COLLATE "C" NOT NULL CHECK (factor IN ('password', 'second')),
    agent         text        NOT NULL CHECK (octet_length(agent) <= 200),
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at    timestamptz NOT NULL,
    FOREIGN KEY (body_id, membership_id) REFERENCES access.membership ON DELETE SET NULL
);
CREATE INDEX ON access.session (account_id);
CREATE INDEX ON access.session (body_id, membership_id);
COMMENT ON TABLE access.session IS 'Who is signed in, by the SHA-256 of 256 random bits. When it ends, it goes.';
COMMENT ON COLUMN access.session.factor IS
    'How far the person has shown who they are: by a password, or by a second factor too.';
COMMENT ON COLUMN access.session.membership_id IS
    'For which membership of body_id the session acts; null: for none.';

CREATE TABLE access.attempt (
    key           bytea       PRIMARY KEY CHECK (octet_length(key) = 32),
    failures      int         NOT NULL CHECK (failures >= 0),
    blocked_until timestamptz,
    last_at       timestamptz NOT NULL
);
CREATE INDEX ON access.attempt (last_at);
COMMENT ON TABLE access.attempt IS
    'How often somebody tried in vain, by a keyed hash of what was tried: it belongs to nobody, so it has no '
    'policy, and no login reaches it but through access.attempt() and access.forgive().';
"""

# The forms of the policies are such that a solver can prove them: do not wrap them.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"
SECURED = {
    "access.membership": ("of_tenant", OF_TENANT),
    "access.invitation": ("of_tenant", OF_TENANT),
    "access.account": ("of_account", OF_ACCOUNT),
    "access.session": ("of_account", OF_ACCOUNT),
}

GRANTS = """
GRANT SELECT, INSERT, DELETE ON access.account TO entente_app;
GRANT UPDATE (language, password_hash, password_set_at) ON access.account TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.membership TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.invitation TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.session TO entente_app;
GRANT UPDATE (body_id, membership_id) ON access.session TO entente_app;
"""

# What is shown before anybody knows whose it is: an e-mail address, a link, a cookie. Each function answers for
# one of these and for nothing else; their owner cannot log in.
LOOK_UP = """
CREATE POLICY owner_finds ON access.account FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_finds ON access.membership FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_finds ON access.invitation FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_finds ON access.session FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_touches ON access.session FOR UPDATE TO entente_owner USING (true);

CREATE FUNCTION access.enter(p_account uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('app.account', true), '') NOT IN ('', p_account::text) THEN
        RAISE EXCEPTION 'this transaction already reads as account %', current_setting('app.account')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.account', p_account::text, true);
END $$;
COMMENT ON FUNCTION access.enter(uuid) IS 'Open the rows of one account for this transaction.';

CREATE FUNCTION access.find_account(p_email text)
RETURNS TABLE (account_id uuid, email text, language text, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.account_id, a.email, a.language, a.password_hash FROM access.account a
    WHERE lower(a.email) = lower(p_email)
$$;
COMMENT ON FUNCTION access.find_account(text) IS 'The account of an address, or no row.';

CREATE FUNCTION access.memberships_of(p_account uuid)
RETURNS TABLE (tenant_id uuid, membership_id uuid, role text, person_id uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.tenant_id, m.membership_id, m.role, m.person_id, m.since FROM access.membership m
    WHERE m.account_id = p_account ORDER BY m.since, m.membership_id
$$;
COMMENT ON FUNCTION access.memberships_of(uuid) IS 'What an account is in which bodies, the oldest first.';

CREATE FUNCTION access.members_of(p_tenant uuid)
RETURNS TABLE (membership_id uuid, account_id uuid, email text, role text, person_id uuid, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('app.tenant')::uuid <> p_tenant THEN
        RAISE EXCEPTION 'enter tenant % first', p_tenant USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT m.membership_id, m.account_id, a.email, m.role, m.person_id, m.since
    FROM access.membership m JOIN access.account a USING (account_id)
    WHERE m.tenant_id = p_tenant ORDER BY m.since, m.membership_id;
END $$;
COMMENT ON FUNCTION access.members_of(uuid) IS 'The members of the body that is entered, with their addresses.';

CREATE FUNCTION access.find_invitation(p_hash bytea)
RETURNS TABLE (tenant_id uuid, invitation_id uuid, email text, role text, language text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.tenant_id, i.invitation_id, i.email, i.role, i.language, i.expires_at FROM access.invitation i
    WHERE i.token_hash = p_hash AND i.expires_at > clock_timestamp()
$$;
COMMENT ON FUNCTION access.find_invitation(bytea) IS 'The open invitation of this hash, or no row.';

CREATE FUNCTION access.use_session(p_hash bytea, p_idle interval)
RETURNS TABLE (
    session_id uuid, account_id uuid, email text, language text, factor text, expires_at timestamptz,
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
        m.tenant_id, m.membership_id, m.role, m.person_id
    FROM access.session s JOIN access.account a USING (account_id)
    LEFT JOIN access.membership m
        ON m.tenant_id = s.body_id AND m.membership_id = s.membership_id AND m.account_id = s.account_id
    WHERE s.session_hash = p_hash AND s.expires_at > clock_timestamp() AND s.seen_at > clock_timestamp() - p_idle;
END $$;
COMMENT ON FUNCTION access.use_session(bytea, interval) IS
    'The valid session of this hash with the membership that it acts for, or no row; it then counts as used.';
"""

# An attempt counts as failed until it is forgiven, so that many at once do not pass before the first has failed.
ATTEMPTS = """
CREATE FUNCTION access.attempt(p_key bytea, p_free int, p_first interval, p_longest interval, p_forget interval)
RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_row access.attempt;
    v_failures int;
BEGIN
    DELETE FROM access.attempt WHERE key IN (
        SELECT a.key FROM access.attempt a WHERE a.last_at < v_now - p_forget
        ORDER BY a.last_at LIMIT 10 FOR UPDATE SKIP LOCKED
    );
    INSERT INTO access.attempt (key, failures, last_at) VALUES (p_key, 0, v_now) ON CONFLICT (key) DO NOTHING;
    SELECT * INTO v_row FROM access.attempt a WHERE a.key = p_key FOR UPDATE;
    v_now := clock_timestamp();
    IF v_row.blocked_until > v_now THEN
        RETURN v_row.blocked_until - v_now;
    END IF;
    v_failures := CASE WHEN v_row.last_at < v_now - p_forget THEN 0 ELSE v_row.failures END + 1;
    UPDATE access.attempt a SET failures = v_failures, last_at = v_now, blocked_until = CASE
        WHEN v_failures >= p_free THEN v_now + least(p_longest, p_first * 2 ^ least(v_failures - p_free, 20)) END
    WHERE a.key = p_key;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION access.attempt(bytea, int, interval, interval, interval) IS
    'Count an attempt as failed. Answers how long attempts are refused yet, if they are; null: go ahead.';

CREATE FUNCTION access.forgive(p_key bytea, p_all boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE access.attempt
    SET blocked_until = NULL, failures = CASE WHEN p_all THEN 0 ELSE greatest(failures - 1, 0) END
    WHERE key = p_key
$$;
COMMENT ON FUNCTION access.forgive(bytea, boolean) IS
    'The last attempt succeeded: it does not count, or none does any more.';

GRANT EXECUTE ON FUNCTION
    access.enter(uuid),
    access.find_account(text),
    access.memberships_of(uuid),
    access.members_of(uuid),
    access.find_invitation(bytea),
    access.use_session(bytea, interval),
    access.attempt(bytea, int, interval, interval, interval),
    access.forgive(bytea, boolean)
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
    for part in (GRANTS, LOOK_UP, ATTEMPTS):
        bind.exec_driver_sql(part)
