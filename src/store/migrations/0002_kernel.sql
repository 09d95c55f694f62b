-- Tables of the record kernel (src/ledger/): what happened to records, their values, duties, rights.
-- Every table has the district as its leading key; ids are UUIDs of 16 bytes, days are numbers since
-- 1970-01-01 in UTC+8, instants are UTC milliseconds.

-- Settings of a district: the keyed-hash key's name, local fields, suite of the log.
CREATE TABLE setting (
    district {INT} NOT NULL,
    key      {TEXT} NOT NULL,
    value    {TEXT} NOT NULL,
    PRIMARY KEY (district, key)
) {STRICT};

-- Human numbers, given once and never again.
CREATE TABLE counter (
    district {INT} NOT NULL,
    key      {TEXT} NOT NULL, -- prefix of the type
    next     {INT} NOT NULL,  -- the number that comes next
    PRIMARY KEY (district, key)
) {STRICT};

-- One row per version of a record: what was done.
CREATE TABLE moved (
    district    {INT} NOT NULL,
    record      {BYTES} NOT NULL,
    seq         {INT} NOT NULL,   -- the version that it made
    type        {INT} NOT NULL,   -- tag of the record type
    event       {INT} NOT NULL,   -- tag of the move, or of edit and void
    from_state  {INT},            -- null for a new record
    to_state    {INT} NOT NULL,
    happened_on {INT} NOT NULL,   -- when it was so
    recorded_at {INT} NOT NULL,   -- when the ledger learnt it
    by_account  {BYTES},          -- who entered it
    post        {BYTES},          -- post whose right was used
    for_post    {BYTES},          -- post on whose behalf, by proxy
    reason      {TEXT},
    request     {BYTES},          -- digest of the request
    leaf        {INT} NOT NULL,   -- number of the entry in the log
    PRIMARY KEY (district, record, seq)
) {STRICT};
CREATE INDEX moved_event ON moved (district, type, event, happened_on);

-- Values by version: a field that changed with version n has a row.
CREATE TABLE version (
    district   {INT} NOT NULL,
    record     {BYTES} NOT NULL,
    n          {INT} NOT NULL,   -- version
    tag        {INT} NOT NULL,   -- of the field
    commitment {BYTES} NOT NULL, -- in the log
    PRIMARY KEY (district, record, n, tag)
) {STRICT};

-- What a commitment stands for; erased when retention ends, the commitment stays.
CREATE TABLE value (
    district   {INT} NOT NULL,
    commitment {BYTES} NOT NULL,
    salt       {BYTES} NOT NULL,
    bytes      {BYTES} NOT NULL, -- canonical, with its kind
    PRIMARY KEY (district, commitment)
) {STRICT};

-- Signatures. Open ones (seq null) wait for the others of their set and end with the version they saw.
CREATE TABLE signed (
    district {INT} NOT NULL,
    id       {BYTES} NOT NULL,
    record   {BYTES} NOT NULL,
    type     {INT} NOT NULL,
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
    district     {INT} NOT NULL,
    id           {BYTES} NOT NULL,
    record       {BYTES} NOT NULL,
    type         {INT} NOT NULL,
    rule         {TEXT} NOT NULL, -- name of the due rule
    state        {INT} NOT NULL,  -- 0 open, 1 done, 2 void, 3 paused
    post         {BYTES} NOT NULL, -- who owes it
    unit         {BYTES},         -- of the post
    due_on       {INT} NOT NULL,  -- day number
    first_due_on {INT} NOT NULL,  -- before extensions
    extended     {INT} NOT NULL,  -- how often
    started_on   {INT} NOT NULL,
    stopped_on   {INT},
    minutes      {INT} NOT NULL,  -- of work
    data_version {TEXT} NOT NULL, -- of the limits that gave the date
    PRIMARY KEY (district, id)
) {STRICT};
CREATE INDEX due_post ON due (district, post, state, due_on, id);
CREATE INDEX due_open ON due (district, state, due_on, id);
CREATE INDEX due_unit ON due (district, unit, state, due_on, id);
CREATE INDEX due_record ON due (district, record, rule, state);

-- Declared links between records.
CREATE TABLE link (
    district {INT} NOT NULL,
    kind     {TEXT} NOT NULL,
    a        {BYTES} NOT NULL,
    b        {BYTES} NOT NULL,
    since    {INT} NOT NULL, -- day number
    until    {INT},
    PRIMARY KEY (district, kind, a, b, since)
) {STRICT};
CREATE INDEX link_back ON link (district, kind, b);

-- Rights on single records (or on all of a unit's) for a time.
CREATE TABLE granted (
    district {INT} NOT NULL,
    record   {BYTES} NOT NULL, -- a record, or a unit
    post     {BYTES} NOT NULL,
    since    {INT} NOT NULL,   -- day number
    until    {INT},
    by_move  {INT} NOT NULL,   -- entry of the log
    PRIMARY KEY (district, record, post, since)
) {STRICT};
CREATE INDEX granted_post ON granted (district, post, record);

-- Pairs of neighbouring characters of searchable fields.
CREATE TABLE search (
    district {INT} NOT NULL,
    type     {INT} NOT NULL,
    gram     {INT} NOT NULL,  -- two code points
    id       {BYTES} NOT NULL,
    PRIMARY KEY (district, type, gram, id)
) {STRICT};
CREATE INDEX search_id ON search (district, type, id);

-- The log: leaves, the nodes of complete subtrees, its head.
CREATE TABLE audit_leaf (
    district {INT} NOT NULL,
    seq      {INT} NOT NULL,   -- from 0
    at       {INT} NOT NULL,   -- UTC ms, never less than the one before
    leaf     {BYTES} NOT NULL, -- canonical: docs/formats/audit.md
    PRIMARY KEY (district, seq)
) {STRICT};
CREATE TABLE audit_node (
    district {INT} NOT NULL,
    level    {INT} NOT NULL,   -- 0: leaves
    idx      {INT} NOT NULL,
    hash     {BYTES} NOT NULL,
    PRIMARY KEY (district, level, idx)
) {STRICT};
CREATE TABLE audit_head (
    district {INT} NOT NULL,
    size     {INT} NOT NULL,   -- leaves
    at       {INT} NOT NULL,   -- of the last leaf
    suite    {INT} NOT NULL,   -- hash: 0 SHA-256, 1 SM3
    log      {BYTES} NOT NULL, -- id of the log
    PRIMARY KEY (district)
) {STRICT};
CREATE TABLE audit_checkpoint (
    district {INT} NOT NULL,
    size     {INT} NOT NULL,
    at       {INT} NOT NULL,
    text     {TEXT} NOT NULL, -- signed
    PRIMARY KEY (district, size)
) {STRICT};

-- Accounts are no business records: three administrators keep them.
CREATE TABLE account (
    district     {INT} NOT NULL,
    id           {BYTES} NOT NULL,
    name         {TEXT} NOT NULL,  -- what is typed at login, lower case
    display      {TEXT} NOT NULL,  -- name of its owner
    person       {BYTES},          -- record of its owner
    state        {INT} NOT NULL,   -- 0 active, 1 locked by an administrator, 2 closed
    hash         {TEXT} NOT NULL,  -- argon2id, encoded
    must_change  {INT} NOT NULL,   -- 1: a one-time password
    failed       {INT} NOT NULL,   -- wrong passwords since the last right one
    failed_at    {INT} NOT NULL,   -- UTC ms of the last wrong one
    created_at   {INT} NOT NULL,
    created_by   {BYTES},
    changed_at   {INT} NOT NULL,
    demo         {INT} NOT NULL,   -- 1: of the demonstration, refused elsewhere
    PRIMARY KEY (district, id)
) {STRICT};
CREATE UNIQUE INDEX account_name ON account (district, name);
CREATE INDEX account_person ON account (district, person);
-- What the security administrator granted: a post, or the role of an administrator.
CREATE TABLE account_grant (
    district {INT} NOT NULL,
    id       {BYTES} NOT NULL,
    account  {BYTES} NOT NULL,
    post     {BYTES},         -- a post record, or null
    admin    {INT} NOT NULL,  -- POST_ bit of an administrator, or 0
    since_at {INT} NOT NULL,
    until_at {INT},           -- withdrawn
    by_account {BYTES},
    PRIMARY KEY (district, id)
) {STRICT};
CREATE INDEX account_grant_account ON account_grant (district, account);
CREATE INDEX account_grant_post ON account_grant (district, post);
CREATE TABLE session (
    district   {INT} NOT NULL,
    hash       {BYTES} NOT NULL, -- SHA-256 of the id in the cookie
    account    {BYTES} NOT NULL,
    created_at {INT} NOT NULL,
    seen_at    {INT} NOT NULL,
    PRIMARY KEY (district, hash)
) {STRICT};
CREATE INDEX session_account ON session (district, account);

-- Answers to requests with an Idempotency-Key, kept for a day.
CREATE TABLE request (
    district {INT} NOT NULL,
    account  {BYTES} NOT NULL,
    key      {TEXT} NOT NULL,
    body     {BYTES} NOT NULL, -- digest of route and body
    status   {INT} NOT NULL,
    answer   {BYTES} NOT NULL,
    at       {INT} NOT NULL,
    PRIMARY KEY (district, account, key)
) {STRICT};
CREATE INDEX request_at ON request (district, at);

-- Imports: the file between preview and commit, then the batch that can be undone.
CREATE TABLE import (
    district   {INT} NOT NULL,
    id         {BYTES} NOT NULL,
    type       {INT} NOT NULL,  -- tag of the record type
    account    {BYTES} NOT NULL,
    at         {INT} NOT NULL,
    state      {INT} NOT NULL,  -- 0 previewed, 1 committed, 2 undone
    bytes      {BYTES} NOT NULL, -- the file; emptied at commit
    PRIMARY KEY (district, id)
) {STRICT};
CREATE TABLE import_record (
    district {INT} NOT NULL,
    import   {BYTES} NOT NULL,
    record   {BYTES} NOT NULL,
    version  {INT} NOT NULL, -- that the import made
    made     {INT} NOT NULL, -- 1: new record
    PRIMARY KEY (district, import, record)
) {STRICT};
