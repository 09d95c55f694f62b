-- Tables of the record kernel (src/ledger/): what happened to records, their values, duties, rights.
-- Every table has the district as its leading key; ids are UUIDs of 16 bytes, days are numbers since
-- 1970-01-01 in UTC+8, instants are UTC milliseconds.

-- Settings of a district: the keyed-hash key's name, local fields, suite of the log.
CREATE TABLE setting (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    key      {TEXT} NOT NULL, -- name -- name
    value    {TEXT} NOT NULL, -- text -- text
    PRIMARY KEY (district, key)
) {STRICT};

-- Human numbers, given once and never again.
CREATE TABLE counter (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    key      {TEXT} NOT NULL, -- prefix of the type
    next     {INT} NOT NULL,  -- the number that comes next
    PRIMARY KEY (district, key)
) {STRICT};

-- One row per version of a record: what was done.
CREATE TABLE moved (
    district    {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    record      {BYTES} NOT NULL, -- the record -- the record
    seq         {INT} NOT NULL,   -- the version that it made
    type        {INT} NOT NULL,   -- tag of the record type
    event       {INT} NOT NULL,   -- tag of the move, or of edit and void
    from_state  {INT},            -- null for a new record
    to_state    {INT} NOT NULL, -- after it -- after it
    happened_on {INT} NOT NULL,   -- when it was so
    recorded_at {INT} NOT NULL,   -- when the ledger learnt it
    by_account  {BYTES},          -- who entered it
    post        {BYTES},          -- post whose right was used
    for_post    {BYTES},          -- post on whose behalf, by proxy
    reason      {TEXT}, -- prose -- prose
    request     {BYTES},          -- digest of the request
    leaf        {INT} NOT NULL,   -- number of the entry in the log
    PRIMARY KEY (district, record, seq)
) {KEYED};
CREATE INDEX moved_event ON moved (district, type, event, happened_on);

-- Values by version: a field that changed with version n has a row.
CREATE TABLE version (
    district   {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    record     {BYTES} NOT NULL, -- the record -- the record
    n          {INT} NOT NULL,   -- version
    tag        {INT} NOT NULL,   -- of the field
    commitment {BYTES} NOT NULL, -- in the log
    PRIMARY KEY (district, record, n, tag)
) {KEYED};

-- What a commitment stands for; erased when retention ends, the commitment stays.
CREATE TABLE value (
    district   {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    commitment {BYTES} NOT NULL, -- the key
    salt       {BYTES} NOT NULL, -- 16 random bytes -- 16 random bytes
    bytes      {BYTES} NOT NULL, -- canonical, with its kind
    PRIMARY KEY (district, commitment)
) {KEYED};

-- Signatures. Open ones (seq null) wait for the others of their set and end with the version they saw.
CREATE TABLE signed (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    id       {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    record   {BYTES} NOT NULL, -- the record -- the record
    type     {INT} NOT NULL, -- tag of the record type -- tag of the record type
    event    {INT} NOT NULL,   -- tag of the move
    seen     {INT} NOT NULL,   -- version of the record that was signed
    role     {INT} NOT NULL,   -- row of the type's table of signatures
    person   {BYTES} NOT NULL, -- who signed
    account  {BYTES},          -- who entered it
    mode     {INT} NOT NULL,   -- 1 session, 2 paper, 4 package
    proof    {BYTES},          -- SHA-256 of the scan
    place    {TEXT},           -- of the paper original
    at       {INT} NOT NULL,   -- UTC ms
    seq      {INT},            -- version that the move made
    PRIMARY KEY (district, id)
) {STRICT};
CREATE INDEX signed_record ON signed (district, record, event, seen);

-- Duties: what waits for a post by a date.
CREATE TABLE due (
    district     {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    id           {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    record       {BYTES} NOT NULL, -- the record -- the record
    type         {INT} NOT NULL, -- tag of the record type -- tag of the record type
    rule         {TEXT} NOT NULL, -- name of the due rule
    state        {INT} NOT NULL,  -- 0 open, 1 done, 2 void, 3 paused
    post         {BYTES} NOT NULL, -- who owes it
    unit         {BYTES},         -- of the post
    due_on       {INT} NOT NULL,  -- day number
    first_due_on {INT} NOT NULL,  -- before extensions
    extended     {INT} NOT NULL,  -- how often
    started_on   {INT} NOT NULL, -- day number -- day number
    stopped_on   {INT}, -- day number -- day number
    minutes      {INT} NOT NULL,  -- of work
    data_version {TEXT} NOT NULL, -- of the limits that gave the date
    PRIMARY KEY (district, id)
) {STRICT};
CREATE INDEX due_post ON due (district, post, state, due_on, id);
CREATE INDEX due_open ON due (district, state, due_on, id);
CREATE INDEX due_unit ON due (district, unit, state, due_on, id);
CREATE INDEX due_done ON due (district, post, stopped_on) WHERE state = 1;
CREATE INDEX due_matrix ON due (district, unit, type, due_on) WHERE state = 0;
CREATE INDEX due_record ON due (district, record, rule, state);

-- Declared links between records.
CREATE TABLE link (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    kind     {TEXT} NOT NULL, -- see records/ -- see records/
    a        {BYTES} NOT NULL, -- from -- from
    b        {BYTES} NOT NULL, -- to -- to
    since    {INT} NOT NULL, -- day number
    until    {INT}, -- day number -- day number
    PRIMARY KEY (district, kind, a, b, since)
) {KEYED};
CREATE INDEX link_back ON link (district, kind, b);

-- Rights on single records (or on all of a unit's) for a time.
CREATE TABLE granted (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    record   {BYTES} NOT NULL, -- a record, or a unit
    post     {BYTES} NOT NULL, -- the post -- the post
    since    {INT} NOT NULL,   -- day number
    until    {INT}, -- day number -- day number
    by_move  {INT} NOT NULL,   -- entry of the log
    PRIMARY KEY (district, record, post, since)
) {KEYED};
CREATE INDEX granted_post ON granted (district, post, record);

-- Pairs of neighbouring characters of searchable fields.
CREATE TABLE search (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    type     {INT} NOT NULL, -- tag of the record type -- tag of the record type
    gram     {INT} NOT NULL,  -- two code points
    id       {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    PRIMARY KEY (district, type, gram, id)
) {KEYED};

-- How many records count (are not void), by type, unit and state: the matrix reads no records.
CREATE TABLE tally (
    district {INT} NOT NULL, -- 0: shared by all districts
    type     {INT} NOT NULL,   -- tag of the record type
    unit     {BYTES} NOT NULL, -- the unit
    state    {INT} NOT NULL,   -- of the records
    n        {INT} NOT NULL,   -- records
    PRIMARY KEY (district, type, unit, state)
) {STRICT};

-- The log: leaves, the nodes of complete subtrees, its head.
CREATE TABLE audit_leaf (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    seq      {INT} NOT NULL,   -- from 0
    at       {INT} NOT NULL,   -- UTC ms, never less than the one before
    leaf     {BYTES} NOT NULL, -- canonical: docs/formats/audit.md
    PRIMARY KEY (district, seq)
) {KEYED};
CREATE TABLE audit_node (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    level    {INT} NOT NULL,   -- 0: leaves
    idx      {INT} NOT NULL, -- position on its level -- position on its level
    hash     {BYTES} NOT NULL, -- of the node -- of the node
    PRIMARY KEY (district, level, idx)
) {KEYED};
CREATE TABLE audit_head (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    size     {INT} NOT NULL,   -- leaves
    at       {INT} NOT NULL,   -- of the last leaf
    suite    {INT} NOT NULL,   -- hash: 1 SM3, 2 SHA-256
    log      {BYTES} NOT NULL, -- id of the log
    PRIMARY KEY (district)
) {STRICT};
CREATE TABLE audit_checkpoint (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    size     {INT} NOT NULL, -- entries -- entries
    at       {INT} NOT NULL, -- UTC ms -- UTC ms
    text     {TEXT} NOT NULL, -- signed
    PRIMARY KEY (district, size)
) {STRICT};

-- Accounts are no business records: three administrators keep them.
CREATE TABLE account (
    district     {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    id           {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    name         {TEXT} NOT NULL,  -- what is typed at login, lower case
    display      {TEXT} NOT NULL,  -- name of its owner
    person       {BYTES},          -- record of its owner
    state        {INT} NOT NULL,   -- 0 active, 1 locked by an administrator, 2 closed
    hash         {TEXT} NOT NULL,  -- argon2id, encoded
    must_change  {INT} NOT NULL,   -- 1: a one-time password
    failed       {INT} NOT NULL,   -- wrong passwords since the last right one
    failed_at    {INT} NOT NULL,   -- UTC ms of the last wrong one
    created_at   {INT} NOT NULL, -- UTC ms -- UTC ms
    created_by   {BYTES}, -- account -- account
    changed_at   {INT} NOT NULL, -- UTC ms -- UTC ms
    demo         {INT} NOT NULL,   -- 1: of the demonstration, refused elsewhere
    PRIMARY KEY (district, id)
) {STRICT};
CREATE UNIQUE INDEX account_name ON account (district, name);
CREATE INDEX account_person ON account (district, person);
-- What the security administrator granted: a post, or the role of an administrator.
CREATE TABLE account_grant (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    id       {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    account  {BYTES} NOT NULL, -- the account -- the account
    post     {BYTES},         -- a post record, or null
    admin    {INT} NOT NULL,  -- POST_ bit of an administrator, or 0
    since_at {INT} NOT NULL, -- UTC ms -- UTC ms
    until_at {INT},           -- withdrawn
    by_account {BYTES}, -- who granted it -- who granted it
    PRIMARY KEY (district, id)
) {STRICT};
CREATE INDEX account_grant_account ON account_grant (district, account);
CREATE INDEX account_grant_post ON account_grant (district, post);
CREATE TABLE session (
    district   {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    hash       {BYTES} NOT NULL, -- SHA-256 of the id in the cookie
    account    {BYTES} NOT NULL, -- the account -- the account
    created_at {INT} NOT NULL, -- UTC ms -- UTC ms
    seen_at    {INT} NOT NULL, -- UTC ms of the last request -- UTC ms of the last request
    PRIMARY KEY (district, hash)
) {STRICT};
CREATE INDEX session_account ON session (district, account);

-- Answers to requests with an Idempotency-Key, kept for a day.
CREATE TABLE request (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    account  {BYTES} NOT NULL, -- the account -- the account
    key      {TEXT} NOT NULL, -- name -- name
    body     {BYTES} NOT NULL, -- digest of route and body
    status   {INT} NOT NULL, -- of the answer -- of the answer
    answer   {BYTES} NOT NULL, -- the body that was sent -- the body that was sent
    at       {INT} NOT NULL, -- UTC ms -- UTC ms
    PRIMARY KEY (district, account, key)
) {STRICT};
CREATE INDEX request_at ON request (district, at);

-- Imports: the file between preview and commit, then the batch that can be undone.
CREATE TABLE import (
    district   {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    id         {BYTES} NOT NULL, -- UUIDv7 -- UUIDv7
    type       {INT} NOT NULL,  -- tag of the record type
    account    {BYTES} NOT NULL, -- the account -- the account
    at         {INT} NOT NULL, -- UTC ms -- UTC ms
    state      {INT} NOT NULL,  -- 0 previewed, 1 committed, 2 undone
    bytes      {BYTES} NOT NULL, -- the file; emptied at commit
    PRIMARY KEY (district, id)
) {STRICT};
CREATE TABLE import_record (
    district {INT} NOT NULL, -- 0: shared by all districts -- 0: shared by all districts
    import   {BYTES} NOT NULL, -- the import -- the import
    record   {BYTES} NOT NULL, -- the record -- the record
    version  {INT} NOT NULL, -- that the import made
    made     {INT} NOT NULL, -- 1: new record
    PRIMARY KEY (district, import, record)
) {KEYED};
