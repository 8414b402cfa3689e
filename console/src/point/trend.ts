import uPlot from 'uplot';
import type { Grade } from '../alarm/alarm';
import { clock, day } from '../format/time';
import { ink } from '../format/ink';
import { measured } from '../format/number';
import { axisWidth, drawnWidth } from '../trends/label';
import { Samples } from './columns';
import type { Reading } from './reading';

/** A limit to be drawn across the trend; `label` says which and of what grade. */
export interface LimitLine {
  readonly value: number;
  readonly label: string;
  readonly grade: Grade | null;
}

export interface TrendLook {
  readonly limits: readonly LimitLine[];
  /** The names of the codes of a state point; null for a measured one. */
  readonly states: readonly string[] | null;
  /** As it is written; '' for a bare number or a state. */
  readonly unit: string;
  /** How often it reports, in seconds; null where its value holds until the next one. */
  readonly periodS: number | null;
}

const ofInk = (): string => ink('--ink');
const ofGrid = (): string => ink('--grid');

/** One point over time: line, band of minimum and maximum where rolled up, limits across. */
export class TrendPlot {
  private readonly plot: uPlot;
  private readonly samples: Samples;
  private spanMs = 3_600_000;

  constructor(
    private readonly host: HTMLElement,
    private look: TrendLook,
  ) {
    this.samples = new Samples((reading) => this.code(reading), look.periodS);
    this.plot = new uPlot(this.options(), [[], [], [], []], host);
  }

  /** Starts anew with stored readings, oldest first. */
  show(readings: readonly Reading[], spanMs: number, now: number): void {
    this.spanMs = spanMs;
    this.samples.fill(readings);
    this.slide(now);
  }

  append(reading: Reading): void {
    this.samples.append(reading);
  }

  /** Draws, with the right edge at `now`. */
  slide(now: number): void {
    const from = (now - this.spanMs) / 1000;
    const columns = this.samples.columns(from, now / 1000);
    this.plot.batch(() => {
      this.plot.setData(columns, false);
      this.plot.setScale('x', { min: from, max: now / 1000 });
    });
  }

  relook(look: TrendLook): void {
    this.look = look;
    this.plot.redraw(true, true);
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width > 0 && height > 0) this.plot.setSize({ width, height });
  }

  destroy(): void {
    this.plot.destroy();
  }

  /** A bad value is a gap, never a number. */
  private code(reading: Reading): number | null {
    if (reading.quality === 2 || reading.value === null) return null;
    if (typeof reading.value === 'number') return reading.value;
    const index = this.look.states?.indexOf(reading.value) ?? -1;
    return index < 0 ? null : index;
  }

  private options(): uPlot.Options {
    const px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const font = `${Math.round(px * 0.85)}px system-ui, sans-serif`;
    const widthOf = drawnWidth(font);
    // Asked at each drawing: the room may have been darkened since.
    const axis = { stroke: ofInk, font, grid: { stroke: ofGrid, width: 1 }, ticks: { stroke: ofGrid } };
    const paths = this.look.states ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
    const line: uPlot.Series = { stroke: ofInk, width: 2, points: { show: false } };
    return {
      width: Math.max(this.host.clientWidth, 200),
      height: Math.max(this.host.clientHeight, 120),
      legend: { show: false },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), 'Asia/Shanghai'),
      cursor: { drag: { x: false, y: false }, y: false },
      scales: { x: { time: true }, y: { range: (_, min, max) => this.range(min, max) } },
      axes: [
        { ...axis, space: px * 6, values: (_, splits) => timeLabels(splits) },
        {
          ...axis,
          space: px * 2.4,
          size: (_, said) => axisWidth(said ?? [], widthOf, px * 4.2),
          ...(this.look.unit ? { label: this.look.unit, labelFont: font, labelSize: px * 1.4 } : {}),
          values: (_, splits) => splits.map((v) => this.valueLabel(v)),
          ...(this.look.states ? { incrs: [1] } : {}),
        },
      ],
      series: [
        {},
        paths ? { ...line, paths } : line,
        { ...line, width: 0 },
        { ...line, width: 0 },
      ],
      bands: [{ series: [3, 2], fill: () => ink('--band') }],
      hooks: { draw: [(plot) => this.drawLimits(plot, font, px)] },
    };
  }

  private range(min: number | null, max: number | null): [number, number] {
    if (this.look.states) return [Math.min(min ?? 0, 0) - 0.5, Math.max(max ?? 1, 1) + 0.5];
    const limits = this.look.limits.map((limit) => limit.value);
    const values = [min, max, ...limits].filter((v) => typeof v === 'number');
    if (values.length === 0) return [0, 1];
    const low = Math.min(...values);
    const high = Math.max(...values);
    const margin = (high - low || Math.abs(high) || 1) * 0.08;
    return [low - margin, high + margin];
  }

  private valueLabel(value: number): string {
    if (!this.look.states) return measured(value);
    return Number.isInteger(value) ? (this.look.states[value] ?? '') : '';
  }

  private drawLimits(plot: uPlot, font: string, px: number): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = font.replace(/[\d.]+px/, `${Math.round(px * 0.85 * ratio)}px`);
    ctx.fillStyle = ofInk();
    ctx.strokeStyle = ink('--ink-soft');
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([8 * ratio, 5 * ratio]);
    ctx.textBaseline = 'bottom';
    ctx.textAlign = 'left';
    for (const limit of this.look.limits) {
      const y = Math.round(plot.valToPos(limit.value, 'y', true));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const x = bbox.left + 6 * ratio;
      const height = px * 1.1 * ratio;
      ctx.fillStyle = ink('--raised');
      ctx.fillRect(x - 3 * ratio, y - height - ratio, ctx.measureText(limit.label).width + 6 * ratio, height);
      ctx.fillStyle = ofInk();
      ctx.fillText(limit.label, x, y - 2 * ratio);
    }
    ctx.restore();
  }
}

export function timeLabels(splits: readonly number[]): string[] {
  let shownDay = '';
  return splits.map((second) => {
    const ms = second * 1000;
    const date = day(ms).slice(5);
    const time = clock(ms);
    const short = splits.length > 1 && (splits[1] ?? 0) - (splits[0] ?? 0) < 60;
    const label = short ? time : time.slice(0, 5);
    if (date === shownDay) return label;
    shownDay = date;
    return `${label}\n${date}`;
  });
}
