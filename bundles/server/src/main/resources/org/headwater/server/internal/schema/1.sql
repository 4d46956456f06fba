-- Times are ISO 8601 in UTC, as in job.json.
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    name VARCHAR(1000) NOT NULL,
    state VARCHAR(16) NOT NULL,
    wanted VARCHAR(16) NOT NULL,
    priority INTEGER NOT NULL,
    owner VARCHAR(200) NOT NULL,
    sweep VARCHAR(200) NOT NULL,
    submitted VARCHAR(40) NOT NULL,
    started VARCHAR(40),
    finished VARCHAR(40),
    tries INTEGER NOT NULL,
    verdict VARCHAR(16) NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX job_state ON job (state);
CREATE INDEX job_sweep ON job (sweep);
CREATE TABLE last_id (id BIGINT NOT NULL);
INSERT INTO last_id (id) VALUES (0);
