import type { Degrees } from './object';

/** Metres east and north of the plane's middle. */
export type Metres = readonly [number, number];

const METRES_PER_DEGREE = 111_320;
const RADIANS = Math.PI / 180;

/**
 * The ground around the park's middle as a plane. Over the 10 km of a park an equirectangular
 * plane is wrong by less than a metre in a thousand, less than a line on the screen is wide.
 */
export class Plane {
  private readonly shrink: number;

  constructor(private readonly origin: Degrees) {
    this.shrink = Math.cos(origin[1] * RADIANS);
  }

  /** The plane around the middle of what these corners span; null: there are none. */
  static around(corners: readonly Degrees[]): Plane | null {
    if (corners.length === 0) return null;
    const lon = corners.map((each) => each[0]);
    const lat = corners.map((each) => each[1]);
    const halfway = (all: readonly number[]): number =>
      (all.reduce((a, b) => Math.min(a, b)) + all.reduce((a, b) => Math.max(a, b))) / 2;
    return new Plane([halfway(lon), halfway(lat)]);
  }

  metres([lon, lat]: Degrees): Metres {
    return [
      (lon - this.origin[0]) * METRES_PER_DEGREE * this.shrink,
      (lat - this.origin[1]) * METRES_PER_DEGREE,
    ];
  }

  /** Where a spot of the plane is. */
  degrees([x, y]: Metres): Degrees {
    return [
      x / (METRES_PER_DEGREE * this.shrink) + this.origin[0],
      y / METRES_PER_DEGREE + this.origin[1],
    ];
  }
}
