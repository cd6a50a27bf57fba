// The criteria of `search`. Source: zoho/crm-oas v8.0, `record/operations/searchRecords`; operators and their escapes:
// zoho.com/crm/developer/docs/api, "Search Records".
#include <array>

#include "sandbox/zoho_crm/criteria.h"
#include "sandbox/zoho_crm/refusal.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

struct Named {
    std::string_view name;
    Operator op;
};
constexpr std::array<Named, 10> operators = {{{"equals", Operator::equal},
                                              {"not_equal", Operator::not_equal},
                                              {"starts_with", Operator::starts_with},
                                              {"contains", Operator::contains},
                                              {"in", Operator::in},
                                              {"between", Operator::between},
                                              {"greater_than", Operator::greater},
                                              {"greater_equal", Operator::greater_equal},
                                              {"less_than", Operator::less},
                                              {"less_equal", Operator::less_equal}}};
constexpr int criteria_max = 15, depth_max = 20;

class Parser {
public:
    Parser(const Crm& crm, const Table& table, std::string_view text) : crm_(crm), table_(table), text_(text) {}

    Result<Criterion> parse() {
        LS_TRY_ASSIGN(Criterion criterion, joined(0));
        return at_ == text_.size() ? Result<Criterion>(std::move(criterion)) : invalid();
    }

private:
    static Unexpected invalid() {
        return refuse("INVALID_QUERY", "Invalid query formed", {{"reason", "invalid criteria"}, {"api_name", "criteria"}});
    }
    bool take(std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    Result<Criterion> joined(int depth) {
        LS_TRY_ASSIGN(Criterion first, single(depth));
        std::optional<Criterion> both;
        for (;;) {
            const bool all = take("and"), any = !all && take("or");
            if (!all && !any) return both ? *std::move(both) : std::move(first);
            const auto kind = all ? Criterion::Kind::all : Criterion::Kind::any;
            LS_TRY_ASSIGN(Criterion next, single(depth));
            Criterion left = both ? *std::move(both) : std::move(first);
            both = Criterion{.kind = kind};
            both->parts.push_back(std::move(left));
            both->parts.push_back(std::move(next));
        }
    }
    Result<Criterion> single(int depth) {
        if (depth > depth_max || !take("(")) return invalid();
        if (text_.substr(at_).starts_with('(')) {
            LS_TRY_ASSIGN(Criterion inner, joined(depth + 1));
            return take(")") ? Result<Criterion>(std::move(inner)) : invalid();
        }
        return comparison();
    }
    /// Up to a mark that no backslash stands before.
    std::string word(std::string_view ends) {
        std::string out;
        for (; at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            out += text_[at_];
        }
        return out;
    }
    Result<Criterion> comparison() {
        if (++count_ > criteria_max)
            return refuse("LIMIT_EXCEEDED", "limit exceeded", {{"limit", criteria_max}, {"param_name", "criteria"}});
        const std::string name = word(":()");
        if (!take(":")) return invalid();
        const std::string op_name = word(":()");
        if (!take(":")) return invalid();
        const auto column = find_column(crm_, table_, name);
        if (!column) return refuse("INVALID_QUERY", "Invalid query formed", {{"reason", "invalid field"}, {"api_name", name}});
        const Operator* op = nullptr;
        for (const Named& known : operators)
            if (known.name == op_name) op = &known.op;
        if (op == nullptr)
            return refuse("INVALID_QUERY", "Invalid query formed", {{"reason", "invalid operator found"}, {"operator", op_name}});
        Criterion criterion{.column = *column, .op = *op};
        LS_TRY(read_values(criterion, name));
        return criterion;
    }
    Result<void> read_values(Criterion& criterion, const std::string& name) {
        const bool several = criterion.op == Operator::in || criterion.op == Operator::between;
        do {
            const std::string text = word(several ? ",)" : ")");
            auto value = criterion.op == Operator::starts_with || criterion.op == Operator::contains
                             ? std::optional<Value>(text)
                             : literal_of(crm_, table_, criterion.column, Value(text));
            if (!value) return refuse("INVALID_QUERY", "Invalid query formed", {{"reason", "invalid value"}, {"api_name", name}});
            criterion.values.push_back(*std::move(value));
        } while (several && take(","));
        if (!take(")")) return invalid();
        const bool wrong = criterion.op == Operator::between && criterion.values.size() != 2;
        return wrong ? Result<void>(invalid()) : Result<void>();
    }

    const Crm& crm_;
    const Table& table_;
    std::string_view text_;
    std::size_t at_ = 0;
    int count_ = 0;
};

}  // namespace

Result<Criterion> parse_criteria(const Crm& crm, const Table& table, std::string_view text) {
    // One criterion may stand without parentheses around the whole.
    const std::string wrapped = text.starts_with('(') ? std::string(text) : "(" + std::string(text) + ")";
    return Parser(crm, table, wrapped).parse();
}

}  // namespace lockstep::sandbox::zoho_crm
