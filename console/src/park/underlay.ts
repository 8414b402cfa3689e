import { imageOverlay, latLng, latLngBounds, svgOverlay, type ImageOverlay, type LatLngBounds, type Map as LeafletMap, type SVGOverlay } from 'leaflet';
import { laid, type Ground } from './ground';
import type { Degrees } from './object';
import type { Metres, Plane } from './plane';
import { addressOf, tilesOver, type Tile } from './tile';

const PANE = 'underlay';
/** Below what Leaflet draws (its overlays stand at 400). */
const LEVEL = '150';
const SVG = 'http://www.w3.org/2000/svg';

/** The plan and the tiles below the drawn objects of a map. */
export class Underlay {
  private readonly tiles = new Map<string, ImageOverlay>();
  private plan: SVGOverlay | null = null;

  constructor(
    private readonly on: LeafletMap,
    private readonly ground: Ground,
    private readonly plane: Plane,
  ) {
    const pane = on.getPane(PANE) ?? on.createPane(PANE);
    pane.style.zIndex = LEVEL;
    pane.classList.add('underlay');
    this.cover();
    this.lay();
    on.on('moveend zoomend resize', this.cover, this);
  }

  remove(): void {
    this.on.off('moveend zoomend resize', this.cover, this);
    this.plan?.remove();
    for (const tile of this.tiles.values()) tile.remove();
    this.tiles.clear();
  }

  private lay(): void {
    const { plan } = this.ground;
    if (plan === null) return;
    const at = laid(plan, this.plane);
    const drawing = document.createElementNS(SVG, 'svg');
    drawing.setAttribute('viewBox', `0 0 ${at.width} ${at.height}`);
    drawing.setAttribute('preserveAspectRatio', 'none');
    drawing.dataset['testid'] = 'park-plan';
    const image = document.createElementNS(SVG, 'image');
    image.setAttribute('href', plan.picture);
    image.setAttribute('width', String(plan.width));
    image.setAttribute('height', String(plan.height));
    image.setAttribute('transform', `matrix(${at.matrix.join(' ')})`);
    drawing.append(image);
    const box = latLngBounds([spot(at.southWest), spot(at.northEast)]);
    this.plan = svgOverlay(drawing, box, { pane: PANE, className: 'plan', zIndex: 2 }).addTo(this.on);
  }

  /** The tiles of what is in sight; those of before go. */
  private cover(): void {
    if (this.ground.tiles === null) return;
    const box = this.on.getBounds();
    const perPixel = 1 / this.on.getZoomScale(this.on.getZoom(), 0);
    const wanted = tilesOver(this.degrees(box.getSouthWest()), this.degrees(box.getNorthEast()), perPixel);
    const keys = new Set(wanted.map(nameOf));
    for (const [key, tile] of this.tiles) {
      if (keys.has(key)) continue;
      tile.remove();
      this.tiles.delete(key);
    }
    for (const tile of wanted) {
      if (this.tiles.has(nameOf(tile))) continue;
      const options = { pane: PANE, className: 'tile', zIndex: 1 };
      const made = imageOverlay(addressOf(this.ground.tiles, tile), this.boxOf(tile), options);
      // Its place stays empty: a broken picture would say nothing more.
      made.on('error', () => made.remove());
      this.tiles.set(nameOf(tile), made.addTo(this.on));
    }
  }

  private boxOf(tile: Tile): LatLngBounds {
    return latLngBounds([tile.northWest, tile.southEast].map((corner) => spot(this.plane.metres(corner))));
  }

  private degrees({ lng, lat }: { lng: number; lat: number }): Degrees {
    return this.plane.degrees([lng, lat]);
  }
}

function nameOf({ z, x, y }: Tile): string {
  return `${z}/${x}/${y}`;
}

function spot([x, y]: Metres) {
  return latLng(y, x);
}
