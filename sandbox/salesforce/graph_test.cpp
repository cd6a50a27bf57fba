#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

std::string node(const std::string& reference, const std::string& body, const std::string& path = "sobjects/Account") {
    return R"({"method":"POST","url":"/services/data/v60.0/)" + path + R"(","referenceId":")" + reference + R"(","body":)" + body + "}";
}
std::string graph(const std::string& id, const std::string& nodes) {
    return R"({"graphId":")" + id + R"(","compositeRequest":[)" + nodes + "]}";
}

TEST(Graph, EachIsMadeAsAWholeOrNotAtAll) {
    Organisation organisation;
    const net::Response response = organisation.api("POST", "/composite/graph",
                                                    R"({"graphs":[)" + graph("good", node("a", R"({"Name":"A"})")) + "," +
                                                        graph("bad", node("b", R"({"Name":"B"})") + "," + node("c", "{}")) + "]}");
    ASSERT_EQ(response.status, 200) << response.body;
    const Value answer = Organisation::parse(response);
    EXPECT_EQ(answer.at_path("graphs.0.isSuccessful"), Value(true));
    EXPECT_EQ(answer.at_path("graphs.1.isSuccessful"), Value(false));
    EXPECT_EQ(answer.at_path("graphs.1.graphResponse.compositeResponse.0.body.0.errorCode"), Value("PROCESSING_HALTED"));
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(1));
}

TEST(Graph, AfterFourteenFailuresTheRestIsHalted) {
    Organisation organisation;
    std::string graphs;
    for (int i = 0; i < 15; ++i)
        graphs += (i == 0 ? "" : ",") + graph("g" + std::to_string(i), node("r", i < 14 ? "{}" : R"({"Name":"Good"})"));
    const Value answer = Organisation::parse(organisation.api("POST", "/composite/graph", R"({"graphs":[)" + graphs + "]}"));
    EXPECT_EQ(answer.at_path("graphs.13.graphResponse.compositeResponse.0.body.0.errorCode"), Value("REQUIRED_FIELD_MISSING"));
    EXPECT_EQ(answer.at_path("graphs.14.graphResponse.compositeResponse.0.body.0.errorCode"), Value("PROCESSING_HALTED"));
}

TEST(Graph, WhatIsNoGraphIsRefused) {
    Organisation organisation;
    const std::string good = graph("g", node("a", R"({"Name":"A"})"));
    for (const std::string& graphs :
         {std::string("[]"), "[" + good + "," + good + "]", std::string(R"([{"graphId":"g","compositeRequest":[]}])"),
          "[" + graph("g", node("q", "{}", "query")) + "]", std::string(R"([{"compositeRequest":[1]}])")})
        EXPECT_EQ(organisation.api("POST", "/composite/graph", R"({"graphs":)" + graphs + "}").status, 400) << graphs;
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(0));
}

constexpr std::string_view tree = R"({"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"Tree","Contacts":{"records":[
    {"attributes":{"type":"Contact","referenceId":"c"},"LastName":%}]}}]})";
std::string tree_with(const std::string& last_name) {
    std::string text(tree);
    return text.replace(text.find('%'), 1, last_name);
}

TEST(Tree, ParentsAndChildrenAreMadeTogether) {
    Organisation organisation;
    const net::Response response = organisation.api("POST", "/composite/tree/Account", tree_with("\"Leaf\""));
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(Organisation::parse(response).at_path("results.1.referenceId"), Value("c"));
    EXPECT_EQ(organisation.query("SELECT Id FROM Contact WHERE Account.Name = 'Tree'")["totalSize"], Value(1));
}

TEST(Tree, OneBadRecordUndoesAll) {
    Organisation organisation;
    const net::Response response = organisation.api("POST", "/composite/tree/Account", tree_with("null"));
    EXPECT_EQ(response.status, 400);
    const Value answer = Organisation::parse(response);
    EXPECT_EQ(answer["hasErrors"], Value(true));
    EXPECT_EQ(answer.at_path("results.0.referenceId"), Value("c"));
    EXPECT_EQ(answer.at_path("results.0.errors.0.statusCode"), Value("REQUIRED_FIELD_MISSING"));
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(0));
}

TEST(Tree, ReferencesAndTypesAreChecked) {
    Organisation organisation;
    for (const char* body : {R"({"records":[]})", R"({"records":[{"attributes":{"type":"Contact","referenceId":"a"},"LastName":"x"}]})",
                             R"({"records":[{"attributes":{"type":"Account"},"Name":"x"}]})", R"({"records":[1]})", "{}"})
        EXPECT_EQ(organisation.api("POST", "/composite/tree/Account", body).status, 400) << body;
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
