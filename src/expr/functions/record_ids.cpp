// Ids of records that have two forms.
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Three characters, each of which tells which of five letters are capitals.
/// Source: Salesforce SOAP API Developer Guide, "ID Field Type".
std::string checksum(std::string_view id) {
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    std::string sum;
    for (std::size_t block = 0; block < 15; block += 5) {
        unsigned bits = 0;
        for (std::size_t i = 0; i < 5; ++i) bits |= (id[block + i] >= 'A' && id[block + i] <= 'Z' ? 1u : 0u) << i;
        sum += digits[bits];
    }
    return sum;
}

Result<Value> record_id(const Call& call) {
    const std::string& id = call[0].as_string();
    bool fits = id.size() == 15 || id.size() == 18;
    for (char c : id) fits = fits && is_alphanumeric(c);
    if (!fits) return failed("not a Salesforce record id, which has 15 or 18 letters and digits: " + id.substr(0, 40));
    return Value(id.substr(0, 15) + checksum(id));
}

}  // namespace

std::vector<Function> record_ids() {
    return {
        {.name = "recordId",
         .style = Style::global,
         .signature = "recordId(string) -> string",
         .summary = "The 18-character form of a Salesforce record id, so that both forms are one key.",
         .examples = {{"recordId('001D000000IqhSL')", "'001D000000IqhSLIAZ'"}, {"recordId('001D000000IqhSLIAZ')", "'001D000000IqhSLIAZ'"}},
         .overloads = {{{Type::string}, record_id}}}};
}

}  // namespace lockstep::expr::functions
