import { KINDS, statesOf } from '../point/point';
import type { Model } from './field';

export const CONTACT_ROLES = [
  'legal_representative',
  'chief',
  'safety',
  'technical',
  'environment',
  'control_room',
  'duty',
  'emergency',
] as const;
export const LICENCE_KINDS = [
  'business',
  'safety_production',
  'hazchem_operation',
  'hazchem_use',
  'hazchem_registration',
  'hazchem_transport',
  'emission',
  'fire',
  'special_equipment',
  'other',
] as const;

/** The file of an enterprise (一企一档), without its code. */
export const ENTERPRISE: Model = {
  facts: [
    { name: 'name', shape: 'text', needed: true },
    { name: 'name_en', shape: 'text' },
    { name: 'national_code', shape: 'text' },
    { name: 'address', shape: 'text' },
    { name: 'staff_on_site', shape: 'whole' },
    { name: 'area', shape: 'area', rare: true },
  ],
  lists: {
    contacts: [
      { name: 'role', shape: 'choice', needed: true, choices: CONTACT_ROLES, group: 'contact' },
      { name: 'name', shape: 'text', needed: true, label: 'person' },
      { name: 'phone', shape: 'text', needed: true },
    ],
    licences: [
      { name: 'kind', shape: 'choice', needed: true, choices: LICENCE_KINDS, group: 'licence', label: 'licence' },
      { name: 'number', shape: 'text', needed: true },
      { name: 'valid_until', shape: 'day' },
      { name: 'valid_from', shape: 'day', rare: true },
      { name: 'issued_by', shape: 'text', rare: true },
      { name: 'name', shape: 'text', rare: true, label: 'wording' },
    ],
    substances: [
      { name: 'name', shape: 'text', needed: true, label: 'substance' },
      { name: 'cas', shape: 'text' },
      { name: 'class', shape: 'text' },
      { name: 'quantity_t', shape: 'number' },
    ],
    zones: [
      { name: 'code', shape: 'text', needed: true },
      { name: 'name', shape: 'text', needed: true },
      { name: 'name_en', shape: 'text' },
      { name: 'area', shape: 'area', rare: true },
    ],
  },
};

/** A hazard source, without its enterprise and code. */
export const SOURCE: Model = {
  facts: [
    { name: 'name', shape: 'text', needed: true },
    { name: 'name_en', shape: 'text' },
    { name: 'unit_type', shape: 'choice', needed: true, choices: ['storage', 'production'], group: 'facility' },
    { name: 'exposed_people', shape: 'whole', needed: true },
    { name: 'responsible.chief.name', shape: 'text' },
    { name: 'responsible.chief.phone', shape: 'text' },
    { name: 'responsible.technical.name', shape: 'text' },
    { name: 'responsible.technical.phone', shape: 'text' },
    { name: 'responsible.operating.name', shape: 'text' },
    { name: 'responsible.operating.phone', shape: 'text' },
    { name: 'national_code', shape: 'text', rare: true },
    { name: 'address', shape: 'text', rare: true },
    { name: 'lon', shape: 'number', rare: true },
    { name: 'lat', shape: 'number', rare: true },
    { name: 'established_on', shape: 'day', rare: true },
    { name: 'nearest_target', shape: 'text', rare: true },
    { name: 'nearest_target_m', shape: 'number', rare: true },
    { name: 'filed_on', shape: 'day', rare: true },
    { name: 'filing_expires_on', shape: 'day', rare: true },
  ],
  lists: {
    substances: [
      { name: 'name', shape: 'text', label: 'substance' },
      { name: 'cas', shape: 'text' },
      { name: 'class', shape: 'text' },
      { name: 'quantity_t', shape: 'number', needed: true },
      { name: 'form', shape: 'text', rare: true },
      { name: 'classes', shape: 'words', rare: true },
      { name: 'mixture', shape: 'choice', choices: ['same_class', 'other_class'], group: 'mixture', rare: true },
      { name: 'reason', shape: 'text', rare: true },
    ],
  },
};

/** A point, without its enterprise and tag. */
export const POINT: Model = {
  facts: [
    { name: 'kind', shape: 'choice', needed: true, choices: KINDS, group: 'kind' },
    { name: 'unit', shape: 'text', needed: true },
    { name: 'name', shape: 'text' },
    { name: 'name_en', shape: 'text' },
    { name: 'range_low', shape: 'number' },
    { name: 'range_high', shape: 'number' },
    { name: 'substance', shape: 'text' },
    { name: 'hazard_source', shape: 'text' },
    { name: 'equipment', shape: 'text' },
    { name: 'gateway', shape: 'text' },
    { name: 'reporting', shape: 'choice', needed: true, choices: ['periodic', 'on_change'], group: 'reporting' },
    { name: 'period_s', shape: 'number' },
    { name: 'lon', shape: 'number', rare: true },
    { name: 'lat', shape: 'number', rare: true },
    { name: 'height_m', shape: 'number', rare: true },
    { name: 'criticality', shape: 'choice', choices: ['high', 'medium', 'low'], group: 'criticality', rare: true },
    { name: 'calibrated_on', shape: 'day', rare: true },
    { name: 'calibration_due_on', shape: 'day', rare: true },
    { name: 'bump_tested_on', shape: 'day', rare: true },
    { name: 'bump_test_due_on', shape: 'day', rare: true },
  ],
  lists: {},
};

/** What belongs to a sensor, and no derived point has. */
const OF_SENSORS: readonly string[] = [
  'gateway',
  'period_s',
  'calibrated_on',
  'calibration_due_on',
  'bump_tested_on',
  'bump_test_due_on',
];

/** A derived point: its formula, and what it has of a point. A state is computed by none. */
export const DERIVED: Model = {
  facts: [
    ...POINT.facts
      .filter((field) => !OF_SENSORS.includes(field.name))
      .map((field) => (field.name === 'kind' ? { ...field, choices: KINDS.filter((kind) => statesOf(kind) === null) } : field)),
    { name: 'formula.expression', shape: 'text', needed: true },
    { name: 'formula.inputs', shape: 'pairs', needed: true },
    { name: 'formula.periods', shape: 'number', rare: true },
  ],
  lists: {},
};

export const PLACE_KINDS = ['pipe_corridor', 'fire_water', 'power_feed', 'road', 'gate', 'other'] as const;

/** A key place, without its enterprise and code. */
export const PLACE: Model = {
  facts: [
    { name: 'kind', shape: 'choice', needed: true, choices: PLACE_KINDS, group: 'key_place' },
    { name: 'name', shape: 'text', needed: true },
    { name: 'name_en', shape: 'text' },
    { name: 'points', shape: 'words' },
    { name: 'geometry', shape: 'ground', needed: true },
  ],
  lists: {},
};
