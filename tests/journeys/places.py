"""Places so far apart that nobody who works in one (three kilometres around) is asked for a job in another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """The middle of a ZIP code, in degrees."""

    zip_code: str
    town: str
    latitude: float
    longitude: float


SAN_DIEGO = "san-diego"

ALPINE = Place("91901", "Alpine", 32.8282, -116.7543)
BONITA = Place("91902", "Bonita", 32.6671, -117.0221)
CHULA_VISTA = Place("91915", "Chula Vista", 32.6315, -116.9408)
IMPERIAL_BEACH = Place("91932", "Imperial Beach", 32.5783, -117.1148)
LA_MESA = Place("91941", "La Mesa", 32.7604, -117.0115)
EL_CAJON = Place("92019", "El Cajon", 32.7777, -116.9191)
LA_JOLLA = Place("92037", "La Jolla", 32.8455, -117.2521)
LAKESIDE = Place("92040", "Lakeside", 32.8562, -116.9201)
POWAY = Place("92064", "Poway", 32.9756, -117.0402)
RAMONA = Place("92065", "Ramona", 33.0293, -116.8535)
CARDIFF = Place("92007", "Cardiff By The Sea", 33.023, -117.2745)
DOWNTOWN = Place("92101", "San Diego", 32.7185, -117.1593)

COMPTON = Place("90220", "Compton", 33.8748, -118.2402)
DOWNEY = Place("90241", "Downey", 33.9416, -118.1306)
HERMOSA_BEACH = Place("90254", "Hermosa Beach", 33.8643, -118.3955)
MALIBU = Place("90265", "Malibu", 34.0402, -118.7351)
TOPANGA = Place("90290", "Topanga", 34.1076, -118.6023)
WHITTIER = Place("90601", "Whittier", 34.0011, -118.0371)
BUENA_PARK = Place("90620", "Buena Park", 33.8439, -118.008)
SEAL_BEACH = Place("90740", "Seal Beach", 33.7602, -118.0808)
LAKEWOOD = Place("90712", "Lakewood", 33.8512, -118.1457)
LONG_BEACH = Place("90802", "Long Beach", 33.7706, -118.182)
ALTADENA = Place("91001", "Altadena", 34.1912, -118.1392)
ARCADIA = Place("91006", "Arcadia", 34.1324, -118.0264)
SUNLAND = Place("91040", "Sunland", 34.2618, -118.3371)
CANOGA_PARK = Place("91303", "Canoga Park", 34.1993, -118.5983)
NEWHALL = Place("91321", "Newhall", 34.3795, -118.523)
SIMI_VALLEY = Place("93063", "Simi Valley", 34.3046, -118.6844)
SAN_FERNANDO = Place("91340", "San Fernando", 34.2875, -118.4352)
VAN_NUYS = Place("91401", "Van Nuys", 34.1802, -118.4324)
BURBANK = Place("91506", "Burbank", 34.1717, -118.3231)
CASTAIC = Place("91384", "Castaic", 34.4827, -118.6254)
WESTCHESTER = Place("90045", "Westchester", 33.9631, -118.3941)
AZUSA = Place("91702", "Azusa", 34.1248, -117.9031)
