-- Imports find records by their number (src/ledger/import.c).
CREATE INDEX attachment_by_number ON attachment (district, number);
CREATE INDEX directive_by_number ON directive (district, number);
CREATE INDEX handover_by_number ON handover (district, number);
CREATE INDEX meeting_by_number ON meeting (district, number);
CREATE INDEX notice_by_number ON notice (district, number);
CREATE INDEX import_at ON import (district, state, at);
