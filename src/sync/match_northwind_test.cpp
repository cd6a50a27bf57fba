// The Northwind traders' customers, as they are and as somebody else would have typed them.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "sync/match.h"
#include "value/csv.h"

namespace lockstep::sync {
namespace {

std::vector<std::vector<std::string>> customer_rows() {
    const char* shared = std::getenv("LOCKSTEP_SHARED");
    auto folder = shared != nullptr ? std::filesystem::path(shared) : std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "../shared";
    std::ifstream file(folder / "data/northwind/customers.csv");
    std::stringstream text;
    text << file.rdbuf();
    auto rows = csv::parse(text.str());
    if (!rows.has_value()) return {};
    std::vector<std::vector<std::string>> found = *rows;
    if (!found.empty()) found.erase(found.begin());
    return found;
}

std::string without_null(const std::string& text) { return text == "NULL" ? "" : text; }

/// Columns: id, name, …, city (5), …, country (8), phone (9).
Candidate customer(const std::vector<std::string>& row) {
    Candidate record{row[0], row[1], "", without_null(row[9]), row[5], row[8]};
    record.exact = {record.name};
    return record;
}

/// In capitals without accents, with a legal form, the phone in digits alone.
Candidate retyped(const std::vector<std::string>& row, std::size_t number) {
    Candidate record = customer(row);
    record.id = "R" + record.id;
    record.name = normal_text(record.name);
    for (char& c : record.name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (number % 2 == 1) record.name += number % 4 == 1 ? " GmbH" : ", Inc.";
    std::erase_if(record.phone, [](char c) { return c < '0' || c > '9'; });
    record.exact = {record.name};
    return record;
}

TEST(Northwind, FindsEveryCustomerAgainAndLinksNoneWrongly) {
    auto rows = customer_rows();
    if (rows.empty()) GTEST_SKIP() << "the customers are not there";
    std::vector<Candidate> left, right;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        left.push_back(customer(rows[i]));
        right.push_back(retyped(rows[i], i));
    }
    auto result = match(left, right, {{"Name", KeyForm::text}});
    std::map<std::string, std::string> found;
    for (const auto& link : result.linked) {
        EXPECT_EQ(link.right, "R" + link.left);
        found.emplace(link.left, link.right);
    }
    int wrong = 0;
    for (const auto& proposal : result.proposals) {
        bool first = found.emplace(proposal.left, proposal.right).second;
        if (first && proposal.right != "R" + proposal.left) ++wrong;
    }
    EXPECT_EQ(found.size(), rows.size());
    EXPECT_EQ(wrong, 0);
    EXPECT_GE(result.linked.size(), rows.size() / 2);
}

}  // namespace
}  // namespace lockstep::sync
