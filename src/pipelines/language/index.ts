export {
  defineField,
  FIELD_KINDS,
  type FieldDefinition,
  type FieldDescription,
  type FieldKind,
  type FieldQuantity,
  type ReadValue,
} from './define-field.js';
export {
  defineStep,
  type MoleculeNeed,
  type MoleculePlaces,
  STEP_GROUPS,
  type StepContext,
  type StepDefinition,
  StepFault,
  type StepRun,
} from './define-step.js';
export {
  columnsOf,
  describeKind,
  isNumbers,
  type KindName,
  type NumberKind,
  OBJECT_KINDS,
  type TextKind,
  type ValueKind,
  widthOf,
} from './value-kind.js';
export {
  asDense,
  asItems,
  dense,
  type DenseValues,
  formOf,
  keepRows,
  type NumberArray,
  type RowNumbers,
  rowNumbers,
  type Values,
} from './values.js';
