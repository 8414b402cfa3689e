"""What the database would say again and again is a refusal of the message, and no outage."""

import psycopg
import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.runtime.feed import Delivery
from services.store.intake import Parcel, Unfit
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

NOW = 1_795_000_000_000
TOPIC = "pw/v1/acme/g/telemetry"
# As TimescaleDB says it where late readings would have it unpack too many compressed ones (F35); the
# edition here keeps none of them so.
TOO_MUCH = """
CREATE FUNCTION too_much() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.value = 13 THEN
        RAISE 'tuple decompression limit exceeded by operation' USING ERRCODE = '53400';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER too_much BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION too_much();
"""


async def test_a_late_reading_that_would_unpack_too_much_holds_no_other_up(
    engines: Engines,
) -> None:
    engines.empty()
    Tables(engines).register(1, "GT-101", PointKind.TOXIC_GAS)
    directory = Directory()
    directory.put(Point(1, "acme", "GT-101", PointKind.TOXIC_GAS, "ppm", 0.0, 100.0))
    intake = PostgresIntake(engines.database_url("ingest"))

    def parcel(value: int) -> Parcel:
        raw = f'{{"ts":{NOW + value},"values":{{"GT-101":{value}}}}}'.encode()
        return Parcel(Delivery(1, 1, 1, TOPIC, raw, NOW), translate(directory, TOPIC, raw, NOW))

    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(TOO_MUCH)
        try:
            with pytest.raises(Unfit, match="decompression limit"):
                await intake.store([parcel(12), parcel(13)])
            assert (await intake.store([parcel(12)])).stored == 1
        finally:
            connection.execute("DROP FUNCTION too_much CASCADE")
            intake.close()
