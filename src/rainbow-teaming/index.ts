export { type ArchiveSettings, archiveSchema } from "./archives/archive-schema.ts";
export { embeddingPlaces, type PlaceText } from "./archives/embedding-points.ts";
export type { Aim } from "./archives/prompt-space.ts";
export { type ArmName, type ArmPreset, type ArmSettings, armNames, armPresets } from "./arm-presets.ts";
export {
  chosenPrompts,
  keepPrompts,
  keptPrompts,
  type ReadArchive,
  type SourcePrompt,
  searchedArchive,
} from "./attack/attack-archive.ts";
export {
  type AttackArchive,
  type AttackConfiguration,
  type AttackConfigurationInput,
  attackConfiguration,
  attackSchema,
  parseAttackConfiguration,
} from "./attack/attack-configuration.ts";
export {
  type AttackedArchive,
  type AttackFindings,
  attackFindings,
  type JudgeRole,
  judgeRoles,
  type SourceScores,
  type StoredOutcome,
} from "./attack/attack-outcomes.ts";
export {
  type AttackOptions,
  type AttackOutcome,
  type AttackPrompt,
  attackPrompts,
  type ScoredResponse,
  type ScoreResponsesOptions,
  scoreResponses,
  type TargetSettings,
} from "./attack/attack-prompts.ts";
export {
  type Descendant,
  familiesOf,
  type TransferRate,
} from "./attack/prompt-families.ts";
export {
  type AttackRunOptions,
  type AttackRunProgress,
  runAttack,
  type VerifiedProblems,
} from "./attack/run-attack.ts";
export { type GatedRate, type GateResult, gateResult, parseRate } from "./attack/success-gate.ts";
export * from "./attack/transfer-matrix.ts";
export { modelRanking, unlikenessRanking } from "./cheap-ranking.ts";
export { type Domain, type DomainDescriptor, domainSchema, type LabelSource, labelsOf } from "./domain-schema.ts";
export * from "./evaluated-prompt.ts";
export { type AbilityRow, givesAnswer, readAbilityRows } from "./improve/ability.ts";
export {
  type CollectedPrompts,
  failedPrompts,
  type ImprovementResult,
  improvePrompts,
  learnPrompts,
  type TaughtRows,
} from "./improve/improve-prompts.ts";
export {
  type ImprovementConfiguration,
  improvementConfiguration,
  improvementSchema,
  parseImprovementConfiguration,
} from "./improve/improvement-configuration.ts";
export type { ImprovementOptions, ImprovementProgress } from "./improve/improvement-context.ts";
export { type EstimatedWork, estimateImprovement, type PhaseEstimate } from "./improve/improvement-estimate.ts";
export { improvementSpending, type PhaseSpending } from "./improve/improvement-spending.ts";
export type { DiscardedLesson, Lesson, Lessons, TrainingRow } from "./improve/lesson.ts";
export type { FailedPrompt } from "./improve/make-lessons.ts";
export type { HeldOutPrompt, MeasuredOn, TargetMeasurement } from "./improve/measure-target.ts";
export type { TrainingCommands } from "./improve/train-target.ts";
export { type LessonFiles, openAiRow, trlRow, writeLessonFiles } from "./improve/training-rows.ts";
export type { JudgeReasons } from "./judge-reasons.ts";
export { Landscape, type LandscapeOptions, type LandscapePrompt, type LandscapeTruth } from "./landscape/landscape.ts";
export * from "./landscape/landscape-audit.ts";
export { landscapeDomain } from "./landscape/landscape-domain.ts";
export { type LandscapeJudgeOptions, landscapeJudge } from "./landscape/landscape-judge.ts";
export { landscapeMutator, landscapeTarget, type MutatorHabits } from "./landscape/landscape-models.ts";
export * from "./load-domain.ts";
export { type MutationQuestion, mutationPrompt, proposedPrompt, type RememberedMutation } from "./mutation-prompt.ts";
export { type NumberSource, numberSourceSchema } from "./number-source.ts";
export {
  PromptArchive,
  type PromptArchiveOptions,
  type PromptArchiveStatistics,
  type Replacement,
} from "./prompt-archive.ts";
export {
  type LanguageModelProposerOptions,
  languageModelProposer,
  type PromptClassifier,
  type PromptRanking,
  type Proposal,
  type ProposalRequest,
  type Proposer,
} from "./propose-child.ts";
export {
  type JudgedPrompt,
  type RainbowSearchOptions,
  type RainbowSearchResult,
  rainbowSearch,
  type SearchProgress,
} from "./rainbow-search.ts";
export * from "./read-seeds.ts";
export type * from "./review/review.ts";
export {
  type ReviewCounts,
  type ReviewerAgreement,
  type ReviewSummary,
  reviewSummary,
} from "./review/review-agreement.ts";
export { openReviews, type ReviewStore, reviews } from "./review/review-store.ts";
export { type FoundPrompts, foundPrompts, type SearchMoment } from "./run/found-prompts.ts";
export { type AppliedReview, type PromptRecord, type PromptSelection, promptRecords } from "./run/prompt-records.ts";
export { type OpenModel, type RoleSpending, spendingByRole } from "./run/role-models.ts";
export { runSearch, type SearchRunOptions, type SearchRunProgress } from "./run/run-search.ts";
export {
  parseSearchConfiguration,
  rainbowSchema,
  type SearchConfiguration,
  type SearchConfigurationInput,
  searchConfiguration,
} from "./run/search-configuration.ts";
export type { CellChoice, ParentSource, SearchArms } from "./search-arms.ts";
export * from "./starter-domain.ts";
export * from "./task-search.ts";
export { openTextMeasures, type TextMeasure, type TextMeasures } from "./text-measures.ts";
