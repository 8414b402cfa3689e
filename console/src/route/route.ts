/** Where the operator is. Hash routes, so that F5 stays and the server needs to know nothing. */
import { againstText, parseAgainst, type Against } from '../trends/span';
import { isWhole, parseNarrowing, queryOf, type Narrowing } from '../alarm/narrowing';

export const ALARM_LISTS = ['current', 'historical', 'all'] as const;
export type AlarmList = (typeof ALARM_LISTS)[number];
export const BOARDS = [
  'off-board',
  'approvals',
  'interlocks',
  'statistics',
  'replay',
  'handover',
  'drills',
  'setup',
] as const;
export type Board = (typeof BOARDS)[number];
export const ALARM_VIEWS = [...ALARM_LISTS, ...BOARDS] as const;
export type AlarmView = (typeof ALARM_VIEWS)[number];

export function isBoard(view: AlarmView): view is Board {
  return BOARDS.some((board) => board === view);
}

export const CONNECTION_VIEWS = ['gateways', 'gaps', 'dead-letters', 'tags', 'events'] as const;
export type ConnectionView = (typeof CONNECTION_VIEWS)[number];

export const REGISTER_SECTIONS = ['enterprises', 'sources', 'places', 'points', 'import'] as const;
export type RegisterSection = (typeof REGISTER_SECTIONS)[number];

const MIMIC = 'mimic';

export type Route =
  | { readonly screen: 'admin' }
  /** Of each point its enterprise and tag, with a slash between. */
  | {
      readonly screen: 'trends';
      readonly points: readonly string[];
      /** What their time is compared with. */
      readonly against?: Against;
    }
  | { readonly screen: 'park'; readonly wall: boolean }
  | {
      readonly screen: 'alarms';
      readonly view: AlarmView;
      /** What a list is narrowed to; a board is not. */
      readonly narrowing?: Narrowing;
    }
  | { readonly screen: 'points' }
  | { readonly screen: 'connections'; readonly view: ConnectionView }
  | {
      readonly screen: 'sources';
      readonly enterprise: string | null;
      readonly code: string | null;
    }
  | {
      readonly screen: 'register';
      readonly section: RegisterSection;
      readonly enterprise: string | null;
      /** Of a hazard source, or the tag of a point. */
      readonly code: string | null;
    }
  | { readonly screen: 'source'; readonly enterprise: string; readonly code: string }
  | { readonly screen: 'point'; readonly enterprise: string; readonly tag: string };

export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  if (/^alarms([/?]|$)/.test(path)) return alarmsOf(path);
  if (/^trends([/?]|$)/.test(path)) return trendsOf(path);
  const [screen, ...rest] = path.split('/').map(decode);
  if (screen === 'points' && rest[0] !== undefined && rest[1] !== undefined) {
    return { screen: 'point', enterprise: rest[0], tag: rest[1] };
  }
  if (screen === 'points') return { screen: 'points' };
  if (screen === 'admin') return { screen };
  if (screen === 'park') return { screen, wall: rest[0] === 'wall' };
  if (screen === 'sources' && rest[0] !== undefined && rest[1] !== undefined && rest[2] === MIMIC) {
    return { screen: 'source', enterprise: rest[0], code: rest[1] };
  }
  if (screen === 'sources') {
    return { screen, enterprise: rest[0] ?? null, code: rest[1] ?? null };
  }
  if (screen === 'register') {
    const section = REGISTER_SECTIONS.find((known) => known === rest[0]) ?? 'enterprises';
    return { screen, section, enterprise: rest[1] ?? null, code: rest[2] ?? null };
  }
  if (screen === 'connections') {
    return { screen, view: CONNECTION_VIEWS.find((known) => known === rest[0]) ?? 'gateways' };
  }
  return { screen: 'alarms', view: 'current' };
}

function alarmsOf(address: string): Route {
  const [path = '', ...query] = address.split('?');
  const view = ALARM_VIEWS.find((known) => known === path.split('/')[1]) ?? 'current';
  const narrowing = parseNarrowing(query.join('?'));
  if (isBoard(view) || isWhole(narrowing)) return { screen: 'alarms', view };
  return { screen: 'alarms', view, narrowing };
}

/** A question mark of a tag is encoded. */
function trendsOf(address: string): Route {
  const [path = '', query = ''] = address.split('?');
  const points = pointsOf(path.split('/').slice(1).map(decode));
  const against = parseAgainst(new URLSearchParams(query).get('against') ?? '');
  return against === null ? { screen: 'trends', points } : { screen: 'trends', points, against };
}

export function hashOf(route: Route): string {
  switch (route.screen) {
    case 'alarms':
      return withQuery(route.view === 'current' ? '#/alarms' : `#/alarms/${route.view}`, route.narrowing);
    case 'admin':
      return '#/admin';
    case 'trends':
      return ['#/trends', ...route.points.flatMap((each) => placeOf(each).map(encodeURIComponent))]
        .join('/')
        .concat(route.against === undefined ? '' : `?against=${againstText(route.against)}`);
    case 'park':
      return route.wall ? '#/park/wall' : '#/park';
    case 'register':
      return ['#/register', route.section, route.enterprise, route.enterprise && route.code]
        .filter((part) => part !== null)
        .map((part, i) => (i > 1 ? encodeURIComponent(part) : part))
        .join('/');
    case 'points':
      return '#/points';
    case 'connections':
      return route.view === 'gateways' ? '#/connections' : `#/connections/${route.view}`;
    case 'sources':
      return route.enterprise === null || route.code === null
        ? '#/sources'
        : `#/sources/${encodeURIComponent(route.enterprise)}/${encodeURIComponent(route.code)}`;
    case 'source':
      return `#/sources/${encodeURIComponent(route.enterprise)}/${encodeURIComponent(route.code)}/${MIMIC}`;
    case 'point':
      return `#/points/${encodeURIComponent(route.enterprise)}/${encodeURIComponent(route.tag)}`;
  }
}

function withQuery(address: string, narrowing: Narrowing | undefined): string {
  return narrowing === undefined || isWhole(narrowing) ? address : `${address}?${queryOf(narrowing)}`;
}

/** An enterprise's code holds no slash; a tag may. */
function placeOf(point: string): [string, string] {
  const end = point.indexOf('/');
  return [point.slice(0, end), point.slice(end + 1)];
}

/** Pairs of enterprise and tag. */
function pointsOf(parts: readonly string[]): string[] {
  return parts.flatMap((part, i) => (i % 2 === 1 ? [`${parts[i - 1]}/${part}`] : []));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A hand-typed address with a stray percent sign: taken as it stands.
    return part;
  }
}
