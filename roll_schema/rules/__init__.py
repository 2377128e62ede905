"""The list of all rules; a file that is not here does not run."""

from roll_schema.rule import Rule
from roll_schema.rules.compose.include_cycle import include_cycle
from roll_schema.rules.compose.include_outside_project import include_outside_project
from roll_schema.rules.compose.invalid_defaults import invalid_defaults
from roll_schema.rules.compose.invalid_hydra_block import invalid_hydra_block
from roll_schema.rules.compose.invalid_override import invalid_override
from roll_schema.rules.compose.invalid_package import invalid_package
from roll_schema.rules.compose.merge_conflict import merge_conflict
from roll_schema.rules.compose.misplaced_fragment import misplaced_fragment
from roll_schema.rules.compose.missing_fragment import missing_fragment
from roll_schema.rules.interpolation.interpolation_cycle import interpolation_cycle
from roll_schema.rules.interpolation.malformed_interpolation import malformed_interpolation
from roll_schema.rules.interpolation.resolver_failure import resolver_failure
from roll_schema.rules.interpolation.undefined_interpolation import undefined_interpolation
from roll_schema.rules.interpolation.unknown_resolver import unknown_resolver
from roll_schema.rules.interpolation.unset_environment_variable import unset_environment_variable
from roll_schema.rules.schema.async_ratio import async_ratio
from roll_schema.rules.schema.both_profilers import both_profilers
from roll_schema.rules.schema.checkpoint_without_folder import checkpoint_without_folder
from roll_schema.rules.schema.environment_not_text import environment_not_text
from roll_schema.rules.schema.invalid_choice import invalid_choice
from roll_schema.rules.schema.missing_key import missing_key
from roll_schema.rules.schema.no_room_for_answers import no_room_for_answers
from roll_schema.rules.schema.null_breaks_load import null_breaks_load
from roll_schema.rules.schema.null_not_allowed import null_not_allowed
from roll_schema.rules.schema.null_strategy_config import null_strategy_config
from roll_schema.rules.schema.prompt_and_messages import prompt_and_messages
from roll_schema.rules.schema.response_length_ignored import response_length_ignored
from roll_schema.rules.schema.sequence_packing_refused import sequence_packing_refused
from roll_schema.rules.schema.truth_value_for_number import truth_value_for_number
from roll_schema.rules.schema.unknown_key import unknown_key
from roll_schema.rules.schema.unpaired_validation_lengths import unpaired_validation_lengths
from roll_schema.rules.schema.unused_variable import unused_variable
from roll_schema.rules.schema.wrong_type import wrong_type
from roll_schema.rules.yaml.duplicate_key import duplicate_key
from roll_schema.rules.yaml.empty_file import empty_file
from roll_schema.rules.yaml.invalid_key import invalid_key
from roll_schema.rules.yaml.invalid_merge import invalid_merge
from roll_schema.rules.yaml.invalid_scalar import invalid_scalar
from roll_schema.rules.yaml.multiple_documents import multiple_documents
from roll_schema.rules.yaml.nested_too_deep import nested_too_deep
from roll_schema.rules.yaml.not_a_mapping import not_a_mapping
from roll_schema.rules.yaml.not_utf8 import not_utf8
from roll_schema.rules.yaml.recursive_alias import recursive_alias
from roll_schema.rules.yaml.syntax_error import syntax_error
from roll_schema.rules.yaml.tab_character import tab_character
from roll_schema.rules.yaml.too_large import too_large
from roll_schema.rules.yaml.undefined_alias import undefined_alias
from roll_schema.rules.yaml.unknown_tag import unknown_tag

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        include_cycle,
        include_outside_project,
        invalid_defaults,
        invalid_hydra_block,
        invalid_override,
        invalid_package,
        merge_conflict,
        misplaced_fragment,
        missing_fragment,
        interpolation_cycle,
        malformed_interpolation,
        resolver_failure,
        undefined_interpolation,
        unknown_resolver,
        unset_environment_variable,
        async_ratio,
        both_profilers,
        checkpoint_without_folder,
        environment_not_text,
        invalid_choice,
        missing_key,
        no_room_for_answers,
        null_breaks_load,
        null_not_allowed,
        null_strategy_config,
        prompt_and_messages,
        response_length_ignored,
        sequence_packing_refused,
        truth_value_for_number,
        unknown_key,
        unpaired_validation_lengths,
        unused_variable,
        wrong_type,
        duplicate_key,
        empty_file,
        invalid_key,
        invalid_merge,
        invalid_scalar,
        multiple_documents,
        nested_too_deep,
        not_a_mapping,
        not_utf8,
        recursive_alias,
        syntax_error,
        tab_character,
        too_large,
        undefined_alias,
        unknown_tag,
    )
}
