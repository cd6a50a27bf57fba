#include "connectors/salesforce/soql.h"
#include "connectors/sap/odata_filter.h"
#include "net/http.h"
#include "sandbox/salesforce/soql.h"
#include "sandbox/sap/query.h"
#include "tests/fuzz/target.h"
#include "value/encoding.h"
#include "value/json.h"

using namespace lockstep;
namespace emulated = lockstep::sandbox;

namespace {

/// As the emulator keeps a text of SOQL: a backslash stays doubled, for LIKE.
std::string with_doubled_backslashes(std::string_view text) {
    std::string out;
    for (char c : text) out.append(c == '\\' ? 2 : 1, c);
    return out;
}

/// A text bound into a query is one literal of the vendor's with that text, and the condition behind it still stands.
void check_bound(const std::string& text) {
    using Kind = emulated::salesforce::soql::Condition::Kind;
    const auto bound = connectors::salesforce::bind_soql("SELECT Id FROM Account WHERE Name = :name AND Site IN :all",
                                                         Map{{"name", text}, {"all", List{"a", text}}});
    LS_ASSERT(bound.has_value() == encoding::is_valid_utf8(text));
    if (!bound) return;
    const auto query = emulated::salesforce::soql::parse(*bound);
    LS_ASSERT(query && query->where && query->where->kind == Kind::conjunction && query->where->children.size() == 2);
    const auto& literals = query->where->children[1].literals;
    LS_ASSERT(query->where->children[0].literals[0].value == Value(with_doubled_backslashes(text)));
    LS_ASSERT(literals.size() == 2 && literals[1].value == Value(with_doubled_backslashes(text)));
}

/// The same for SAP: a filter, and a key inside a path.
void check_odata(const std::string& text) {
    namespace ours = connectors::sap;
    namespace its = emulated::sap;
    const auto filter = ours::filter_text(Map{{"PurchaseOrderByCustomer", text}, {"SalesOrder", "1"}});
    LS_ASSERT(filter.has_value() == encoding::is_valid_utf8(text));
    if (!filter) return;
    const auto read = its::parse_filter(*its::entity_type("A_SalesOrder"), *filter);
    LS_ASSERT(read && read->kind == its::FilterNode::Kind::both && read->children[0].children[1].literal.text == text);
    const auto options = ours::query_text({.filter = *filter});
    const auto parameters = net::parse_form(std::string_view(options).substr(1));
    LS_ASSERT(parameters && parameters->size() == 1 && net::parameter(*parameters, "$filter") == *filter);
    const auto key = ours::key_predicate(text);
    if (!key) return;
    const auto path = net::split_path("/A_SalesOrder" + *key);
    LS_ASSERT(path && path->size() == 1);
    const auto segment = its::parse_segment(path->front());
    LS_ASSERT(segment && segment->key && segment->key->size() == 1);
    const auto literal = its::parse_literal(segment->key->front().second);
    LS_ASSERT(literal && literal->text == text);
}

/// Queries and filters that a flow has written badly.
void check_written(std::string_view text) {
    static_cast<void>(connectors::salesforce::bind_soql(text, Map{{"a", 1}, {"b", "x"}}));
    static_cast<void>(connectors::salesforce::subqueries_of(text));
    static_cast<void>(connectors::salesforce::object_of(text));
    const auto value = json::parse(text);
    if (!value) return;
    static_cast<void>(connectors::salesforce::soql_literal(*value));
    const auto filter = connectors::sap::filter_text(*value);
    if (filter && !filter->empty()) static_cast<void>(emulated::sap::parse_filter(*emulated::sap::entity_type("A_SalesOrder"), *filter));
}

}  // namespace

/// A value can never become a part of the query that it is written into; the emulators' parsers are the judges.
FUZZ(queries) {
    check_bound(std::string(data));
    check_odata(std::string(data));
    check_written(data);
}
