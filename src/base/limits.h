#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound that is not configuration, each with its reason.
namespace lockstep::limits {

/// A webhook is an id or a small record; 1 MiB is a hundred times the largest seen.
inline constexpr std::size_t request_body_bytes_max = 1u << 20;
/// Request line and headers together; Salesforce itself stops at 16 384.
inline constexpr std::size_t request_header_bytes_max = 16u << 10;
/// An answer of a vendor (2000 rows with line items stay under 10 MiB).
inline constexpr std::size_t response_body_bytes_max = 64u << 20;
/// JSON, YAML, XML and expression nesting: deeper is an attack, and the parsers recurse.
inline constexpr int nesting_depth_max = 64;
/// Bodies kept in a run's trace are cut to this many bytes: enough to see what was said.
inline constexpr std::size_t trace_body_bytes_max = 16u << 10;
/// A query that pages further than this is a mistake in the flow (2 000 000 rows at 2 000 a page).
inline constexpr int pages_max = 1000;
/// Elements of one `for_each`.
inline constexpr std::size_t for_each_elements_max = 10000;
/// Evaluation steps of one expression.
inline constexpr std::int64_t expression_cost_max = 1000000;

}  // namespace lockstep::limits
