-- Key places and infrastructure in versions: pipe corridors, fire water, power feeds, roads, gates.

-- One row a version, as of hazard sources; the last one of a place that is no more says so.
CREATE TABLE key_place (
    enterprise text NOT NULL REFERENCES enterprise (code),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    version integer NOT NULL CHECK (version > 0),
    kind text NOT NULL CHECK (kind IN ('pipe_corridor', 'fire_water', 'power_feed', 'road', 'gate',
                                       'other')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    name_en text CHECK (length(name_en) BETWEEN 1 AND 200),
    geometry jsonb NOT NULL,
    points text[] NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    changed_by text NOT NULL,
    reason text CHECK (length(reason) <= 1000),
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, code, version)
);
COMMENT ON COLUMN key_place.geometry IS 'GeoJSON: Point, LineString or Polygon, WGS 84';
COMMENT ON COLUMN key_place.points IS 'tags of its own enterprise: what watches it';
CREATE UNIQUE INDEX key_place_in_force ON key_place (enterprise, code) WHERE valid_to IS NULL;
CREATE INDEX key_place_by_version ON key_place (book_version) WHERE valid_to IS NULL;

GRANT SELECT, INSERT ON key_place TO pw_api;
GRANT UPDATE (valid_to) ON key_place TO pw_api;
