-- What a job takes beside Java itself, in bytes; 0 while nobody has looked.
ALTER TABLE job ADD COLUMN memory BIGINT DEFAULT 0 NOT NULL;
