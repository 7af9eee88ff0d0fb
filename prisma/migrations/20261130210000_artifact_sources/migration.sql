-- Brings an artifact here from where it lies.
ALTER TYPE "JobKind" ADD VALUE 'FETCH_ARTIFACT';
